import ArgumentParser
import FoundationEssentials
import Glibc
import LocalSocket
import NIOCore
import Sendmail

/// sendmail(8), mailq(1) and newaliases(1): this program under those names.
struct SendmailCommand {
    /// Where systemd listens for this machine's users.
    static let socket = "/run/malaposta-sendmail.sock"

    /// Nil where the program was called by its own name.
    static func named(_ path: String) -> SendmailCommand? {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return ["sendmail", "mailq", "newaliases"].contains(name) ? SendmailCommand(name: name) : nil
    }

    let name: String

    /// Does it, and gives the exit status.
    func run(_ words: [String]) async -> Int32 {
        let order: SendmailOrder
        do throws(SendmailUsage) { order = try SendmailOrder(program: name, words: words) } catch {
            return say(SendmailRun.Outcome(status: .usage, sentences: ["\(error)"]))
        }
        switch order.task {
        case .aliases, .flush: return 0
        case .queue: return await queue()
        case .send: return say(await send(order))
        }
    }

    /// `malaposta queue list`, whose options would take its user by the words of the process: they name no command here.
    private func queue() async -> Int32 {
        let command = ["queue", "list"]
        do { try HostIdentity.take(for: command, data: HostOptions.ownData) } catch {
            return say(SendmailRun.Outcome(status: .unavailable, sentences: ["\(error)"]))
        }
        await Malaposta.main(command)
        return 0
    }

    private func send(_ order: SendmailOrder) async -> SendmailRun.Outcome {
        let octets: ByteBuffer
        do { octets = try input() } catch { return SendmailRun.Outcome(status: .usage, sentences: ["\(error)"]) }
        let caller = SystemUser(id: getuid())?.name ?? "uid\(getuid())"
        let socket = ProcessInfo.processInfo.environment["MALAPOSTA_SENDMAIL_SOCKET"] ?? Self.socket
        return await SendmailRun(socket: socket, caller: caller).send(order, GivenMessage(octets, endsAtDot: !order.ignoresDots))
    }

    private func input() throws -> ByteBuffer {
        var octets = ByteBuffer()
        while true {
            var code: Int = 0
            unsafe octets.writeWithUnsafeMutableBytes(minimumWritableBytes: 1 << 16) { space in
                code = unsafe read(STDIN_FILENO, space.baseAddress, 1 << 16)
                return max(code, 0)
            }
            if code < 0, errno == EINTR { continue }
            guard code > 0 else { return octets }
            guard octets.readableBytes <= GivenMessage.largest else {
                throw CommandError("the message has more than \(GivenMessage.largest >> 20) MB")
            }
        }
    }

    private func say(_ outcome: SendmailRun.Outcome) -> Int32 {
        for sentence in outcome.sentences { StandardError.line("\(name): \(sentence)") }
        return outcome.status.rawValue
    }
}
