internal import Directory
internal import Mail
internal import MailConfiguration
internal import SMTP

/// Whether other mail servers can be reached: many networks close port 25 outwards.
struct OutboundProbe {
    private let doctor: Doctor

    init(_ doctor: Doctor) { self.doctor = doctor }

    func finding() async -> DoctorFinding {
        let wanted = "a greeting from another mail server"
        guard let target = doctor.settings.target else {
            return DoctorFinding(
                "port 25 outwards", .skipped, now: "no server was named",
                wanted: "'malaposta doctor --target NAME', another mail server")
        }
        let (host, port) = Self.split(target)
        let probe = "port \(port) of \(host)"
        var deadlines = ClientDeadlines()
        // A little less than the doctor waits, so that it can say what did not come.
        let patience = doctor.settings.deadline * 0.9
        (deadlines.connect, deadlines.greeting, deadlines.command) = (patience, patience, patience)
        let client = SMTPClient(
            .host(host, port: port), helo: doctor.generation.host.hostName.ascii, deadlines: deadlines)
        do {
            try await client.withSession { _ in }
            return .good(probe, "greets, and answers EHLO", wanted: wanted)
        } catch let error as ClientError {
            return DoctorFinding(
                probe, .problem, now: Self.words(error), wanted: wanted,
                consequence: error.reply == nil
                    ? "mail to other hosts stays in the queue; ask the network's provider to open port 25"
                    : "that server refuses this host; look at the reverse name and at block lists")
        } catch {
            return DoctorFinding(
                probe, .problem, now: "\(error)", wanted: wanted,
                consequence: "mail to other hosts stays in the queue")
        }
    }

    /// `name`, `name:port`, `[2001:db8::1]:port`.
    static func split(_ target: String) -> (host: String, port: Int) {
        if target.hasPrefix("["), let close = target.lastIndex(of: "]") {
            let host = String(target[target.index(after: target.startIndex)..<close])
            return (host, Int(target[close...].dropFirst(2)) ?? 25)
        }
        let parts = target.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]) else { return (target, 25) }
        return (String(parts[0]), port)
    }

    /// The system's own words within NIO's, which are for logs.
    static func cause(_ why: String) -> String {
        let known = [
            "Connection refused", "No route to host", "Network is unreachable", "Connection timed out",
            "Connection reset by peer",
            "connectTimeout",
        ]
        return known.first { why.contains($0) }.map { $0 == "connectTimeout" ? "no answer in time" : $0 }
            ?? String(why.prefix(200))
    }

    static func words(_ error: ClientError) -> String {
        switch error {
        case .unreachable(let why): "it cannot be reached (\(cause(why)))"
        case .timedOut(let step): "nothing came in time (\(step.rawValue))"
        case .connectionLost(let step): "it hung up (\(step.rawValue))"
        case .malformedReply: "it does not speak SMTP"
        case .refused(let reply, _): "it refuses: \(reply)"
        case .noRecipients(let refused):
            "it refuses the recipient: \(refused.first?.reply.description ?? "")"
        case .tls(let why): "TLS cannot be set up (\(why.prefix(200)))"
        case .notOffered(let what): "it does not offer \(what)"
        case .bareLineEnd: "the message has bare line ends"
        }
    }
}
