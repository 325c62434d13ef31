internal import LocalSocket
internal import Worker

/// One program's part of `status`.
package struct ProgramStatus: Codable, Sendable, Hashable {
    package var name: String
    /// `healthy`, `unhealthy`, `starting`, `stopping` or `down`.
    package var state: String
    package var version: String?
    package var processID: Int32?
    package var generation: Int?
    /// Sentences, each naming its cure.
    package var problems: [String]
    /// By fixed names: `imap.connections`.
    package var figures: [String: Int]
}

extension ProgramStatus {
    init(_ health: Health) {
        self.init(
            name: health.program, state: health.state.rawValue, version: health.version, processID: health.processID,
            generation: health.generation, problems: health.problems, figures: health.figures)
    }

    /// All programs of a host, asked side by side.
    static func all(_ folders: HostFolders) async -> [ProgramStatus] {
        async let control = ask("malaposta", at: folders.controlSocket)
        async let mail = ask("malaposta-mail", at: "\(folders.run)/mail-health.sock")
        async let web = ask("malaposta-web", at: "\(folders.run)/web-health.sock")
        return await [control, mail, web]
    }

    private static func ask(_ name: String, at socket: String) async -> ProgramStatus {
        do {
            return ProgramStatus(try await LocalClient(path: socket).ask(HealthQuestion(), within: HealthLimits.patience))
        } catch {
            return ProgramStatus(
                name: name, state: "down", version: nil, processID: nil, generation: nil, problems: ["\(error)"], figures: [:])
        }
    }

    var isDown: Bool { state == "down" }
}
