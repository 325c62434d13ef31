import Testing
import Worker

@Suite("What a worker finds when it starts, sd_listen_fds(3)") struct SurroundingsTests {
    @Test func defaultsAreThePackagedFolders() throws {
        let found = try Surroundings(environment: [:])
        #expect(found.dataFolder == "/var/lib/malaposta")
        #expect(found.runFolder == "/run/malaposta")
        #expect(found.listeners.isEmpty)
        #expect(found.supervisorPipe == nil)
    }

    @Test func descriptorsOfAnotherProcessAreLeftAlone() throws {
        #expect(try Surroundings(environment: ["LISTEN_FDS": "2", "LISTEN_PID": "1"]).listeners.isEmpty)
    }

    @Test(arguments: [
        (["LISTEN_FDS": "many"], "LISTEN_FDS is many, which is not a number of descriptors from 0 to 1024"),
        (["LISTEN_FDS": "1025"], "LISTEN_FDS is 1025, which is not a number of descriptors from 0 to 1024"),
        (["MALAPOSTA_SUPERVISOR_FD": "1000000"], "MALAPOSTA_SUPERVISOR_FD is 1000000, which is not an open descriptor"),
    ])
    func refuses(environment: [String: String], because text: String) {
        #expect(throws: SurroundingsError(text)) { try Surroundings(environment: environment) }
    }
}
