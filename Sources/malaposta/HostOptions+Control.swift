import ControlPlane
import FoundationEssentials

extension HostOptions {
    var folders: HostFolders {
        HostFolders(data: rooted(data), run: rooted(runFolder), configuration: rooted(configuration))
    }

    /// Reads what is applied, and what is to be.
    var control: HostControl { HostControl(folders) }

    /// The path from the root on: the control plane works in another folder than the command.
    private func rooted(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}

/// Why a command did not do it; all that is printed.
struct CommandRefusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Turns why the control plane refused into the whole of what is printed.
func told<Result>(_ body: () async throws -> Result) async throws -> Result {
    do { return try await body() } catch let error as ControlError { throw CommandRefusal("\(error)") }
}
