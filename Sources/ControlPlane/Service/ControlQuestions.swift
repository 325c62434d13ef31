internal import Directory
internal import FoundationEssentials
internal import LocalSocket
internal import Mail

/// What commands ask the running control plane at `control.sock`.
struct ApplyQuestion: Question {
    static let name = "apply"
    typealias Answer = HostControl.Outcome

    var configuration: String
    var plan: String?
}

struct RollbackQuestion: Question {
    static let name = "rollback"
    typealias Answer = HostControl.Outcome

    var generation: Int?
    var plan: String?
}

struct SetPasswordQuestion: Question {
    static let name = "user-password"
    typealias Answer = HostControl.Outcome

    var user: String
    var password: Data
}

struct SuspendQuestion: Question {
    static let name = "user-suspend"
    typealias Answer = HostControl.Outcome

    var user: String
    var resumes: Bool
}

struct AddApplicationPasswordQuestion: Question {
    static let name = "application-password-add"

    struct Answer: Codable, Sendable {
        var secret: String
    }

    var user: String
    var name: String
    var scopes: [ApplicationPassword.Scope]
}

struct RemoveApplicationPasswordQuestion: Question {
    static let name = "application-password-remove"
    typealias Answer = HostControl.Outcome

    var user: String
    var name: String
}

struct SyncDirectoriesQuestion: Question {
    static let name = "directories-sync"
    typealias Answer = DirectoryCommand.Report

    var tenant: TenantID
    var allowsRemovals: Bool
}

struct StatusQuestion: Question {
    static let name = "status"
    typealias Answer = ControlPlaneStatus
}

extension ControlError {
    var refusal: Refusal { Refusal(code: code, reason: description) }
}
