import ArgumentParser
import ControlPlane
import Directory
import Mail

/// `malaposta doctor`: whether all that mail depends on outside this host's files is as it should be.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at names, the way out, clock, disk, certificates, and send a test message.",
        discussion: """
            Each look has a deadline. What is wrong is told with what is wanted and what happens to mail because of it. The test \
            message comes in by port 25 and is removed once it is filed. Exits 1 where there is a problem.
            """)

    @OptionGroup var host: HostOptions
    @Option(
        help: ArgumentHelp(
            "Another mail server, to see whether port 25 is open outwards.", valueName: "name[:port]"))
    var target: String?
    @Option(
        help: ArgumentHelp(
            "Who gets the test message; postmaster of the first domain without it.", valueName: "address")
    )
    var to: String?
    @Option(help: ArgumentHelp("Seconds that each look may take, 1 to 300.", valueName: "seconds"))
    var deadline: Int = 15
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (1...300).contains(deadline) else {
            throw ValidationError("--deadline takes 1 to 300 seconds.")
        }
    }

    mutating func run() async throws {
        var settings = Doctor.Settings()
        settings.deadline = .seconds(deadline)
        settings.target = target
        if let to {
            do { settings.recipient = try Address(to) } catch {
                throw ValidationError("\(to) is not an address: \(error)")
            }
        }
        let doctor: Doctor
        do { doctor = try Doctor(host.folders, try await host.generation(), settings: settings) } catch {
            throw CommandRefusal("\(error)")
        }
        let report = await doctor.report()
        if json { try printJSON(report) } else { print(report.text) }
        if !report.isFine { throw ExitStatus.errors }
    }
}
