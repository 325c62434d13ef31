package import HTTPTypes
internal import Store

/// Why a request is not answered as it wishes.
package enum WebRefusal: Error, Sendable, Equatable {
    /// Nothing there, or nothing that this visitor may know of.
    case notFound
    /// Not logged in: the log-in page follows.
    case notLoggedIn
    /// The token against cross-site requests is missing, or of another session.
    case expired
    case badRequest
    case tooLarge
    case tooMany
    /// The request did not come to its end in time.
    case tooSlow
    /// A service that is needed does not answer.
    case unavailable
    /// Understood and not possible: the key of a sentence, and what stands in it.
    case problem(String, values: [String: String] = [:])

    package var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .notLoggedIn: .unauthorized
        case .expired: .forbidden
        case .badRequest: .badRequest
        case .tooLarge: .contentTooLarge
        case .tooMany: .tooManyRequests
        case .tooSlow: .requestTimeout
        case .unavailable: .serviceUnavailable
        case .problem: .unprocessableContent
        }
    }

    /// What people read.
    package func sentence(_ words: Words) -> String {
        switch self {
        case .notFound: words["x_404"]
        case .notLoggedIn: words["ended_expired"]
        case .expired: words["err_expired"]
        case .badRequest: words["err_bad_request"]
        case .tooLarge: words["err_too_large"]
        case .tooMany: words["x_429"]
        case .tooSlow: words["err_too_slow"]
        case .unavailable: words["err_unavailable"]
        case .problem(let key, let values): values.reduce(words[key]) { $0.replacing("{\($1.key)}", with: $1.value) }
        }
    }

    init(_ error: StoreError) {
        switch error {
        case .noSuchFolder, .noSuchMessage: self = .notFound
        case .folderExists: self = .problem("err_folder_exists")
        case .folderNotAllowed: self = .problem("err_folder_name")
        case .overQuota: self = .problem("err_quota")
        case .tooMany: self = .tooLarge
        case .busy: self = .problem("err_busy")
        case .unavailable, .newerSchema, .damaged: self = .unavailable
        }
    }
}

extension WebRefusal {
    /// Nil for what is no failure of the store.
    init?(storeFailure error: any Error) {
        guard let error = error as? StoreError else { return nil }
        self.init(error)
    }
}
