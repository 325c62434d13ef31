/// Something that is not as it should be, and what cures it.
package struct HealthProblem: Codable, Sendable, Hashable {
    package enum Severity: String, Codable, Sendable {
        /// Something does not work, or stops soon: `status` exits 1.
        case problem
        /// Worth knowing; everything works.
        case warning
    }

    /// The code of a removal that a brake has refused; `status` exits 3 where it is the only problem.
    package static let brake = "directory-held"

    /// A stable word for programs: `certificate-expired`.
    package var code: String
    package var severity: Severity
    package var what: String
    package var cure: String

    package init(_ code: String, _ what: String, cure: String) { self.init(code, .problem, what, cure: cure) }

    package init(_ code: String, _ severity: Severity, _ what: String, cure: String) {
        self.code = code
        self.severity = severity
        self.what = what
        self.cure = cure
    }
}

/// When things begin to be problems.
package enum HealthLimits {
    /// Days before a certificate's end.
    package static let certificateWarning: Int64 = 21
    package static let certificateProblem: Int64 = 7
    /// Of a disk's file entries that are free, in percent.
    package static let freeEntries = 1
    /// Seconds within which a worker takes a new generation.
    package static let generationDelay: Int64 = 10
    /// How long a program may take to say how it is.
    package static let patience: Duration = .seconds(3)
}
