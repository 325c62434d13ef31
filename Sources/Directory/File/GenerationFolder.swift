internal import Mail

/// Where generations lie: `<n>/host.db`, `<n>/tenants/<tenant id>.db`, and the link `current`.
package struct GenerationFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package func generation(_ number: Int) -> String { "\(path)/\(number)" }
    func host(_ number: Int) -> String { "\(generation(number))/host.db" }
    func tenant(_ id: TenantID, _ number: Int) -> String { "\(generation(number))/tenants/\(id.text).db" }
    var current: String { "\(path)/current" }

    /// The number of the generation in force; nil before the first.
    package var currentNumber: Int? { Disk.target(ofLink: current).flatMap { Int($0) } }

    /// All generations that are whole, oldest first.
    package var numbers: [Int] { Disk.names(in: path).compactMap { Int($0) }.filter { $0 > 0 }.sorted() }
}

/// Why a generation cannot be had.
package enum GenerationError: Error, Sendable, CustomStringConvertible {
    /// Nothing has been applied yet.
    case none(folder: String)
    /// A file that another version of the program wrote.
    case otherVersion(path: String, version: Int)
    /// Private cause: for the log.
    case unreadable(path: String, cause: String)

    package var description: String {
        switch self {
        case .none(let folder): "there is no generation in \(folder) yet; apply the configuration first"
        case .otherVersion(let path, let version): "\(path) has the format \(version), not \(GenerationSchema.version)"
        case .unreadable(let path, let cause): "\(path) cannot be read: \(cause)"
        }
    }
}
