internal import Directory
internal import LocalSocket
internal import Mail
internal import MailConfiguration
internal import NIOCore
internal import SMTP
internal import TLS
internal import Upkeep

/// Sends a message to this host by its own port 25, waits until it is in the mailbox, and takes it away again.
struct MessageProbe {
    private static let pause: Duration = .milliseconds(100)

    private let doctor: Doctor
    private let worker: LocalClient

    init(_ doctor: Doctor) {
        self.doctor = doctor
        worker = LocalClient(path: doctor.folders.mailSocket)
    }

    func finding() async -> DoctorFinding {
        do { return try await passed(send()) } catch let failure as Failure {
            return DoctorFinding(
                "test message", .problem, now: failure.now,
                wanted: "a message that comes in by port 25 and is filed",
                consequence: failure.consequence)
        } catch {
            return DoctorFinding(
                "test message", .problem, now: "\(error)",
                wanted: "a message that comes in by port 25 and is filed",
                consequence: "mail may not arrive either")
        }
    }

    private struct Failure: Error {
        var now: String
        var consequence: String
    }

    private struct Sent {
        var id: String
        var recipient: Address
        var accounts: [AccountID]
        var start: ContinuousClock.Instant
    }

    private func send() async throws -> Sent {
        guard let listener = doctor.generation.host.listeners.first(where: { $0.service == .smtp })
        else {
            throw Failure(
                now: "malaposta.yaml has no listener for smtp",
                consequence: "this host takes no mail from others")
        }
        let recipient = try await recipient()
        let accounts = try await doctor.generation.expand(recipient, from: nil).compactMap {
            target -> AccountID? in
            if case .account(let id, _, _) = target { id } else { nil }
        }
        guard !accounts.isEmpty else {
            throw Failure(
                now: "mail for \(recipient) reaches no mailbox here",
                consequence: "name another one with --to")
        }
        let host = doctor.generation.host.hostName
        let id = "doctor-\(SecureRandom.hex(12))@\(host.ascii)"
        let text = """
            From: Malaposta <postmaster@\(host.ascii)>\r
            To: <\(recipient)>\r
            Subject: Test message of 'malaposta doctor'\r
            Message-ID: <\(id)>\r
            Auto-Submitted: auto-generated\r
            \r
            This message shows that mail arrives. It is removed as soon as that is seen.\r

            """
        let start = ContinuousClock.now
        var deadlines = ClientDeadlines.local
        deadlines.command = doctor.settings.deadline
        let place = ["0.0.0.0": "127.0.0.1", "::": "::1"][listener.address] ?? listener.address
        let client = SMTPClient(
            .host(place, port: Int(listener.port)), helo: host.ascii, deadlines: deadlines)
        let envelope = Envelope(sender: nil, recipients: [EnvelopeRecipient(recipient, notify: .never)])
        let octets = ByteBuffer(string: text)
        do {
            _ = try await client.send(
                OutgoingMessage(envelope, size: octets.readableBytes), octets: octets)
        } catch let error
            as ClientError
        {
            throw Failure(
                now: "\(place):\(listener.port) does not take it: \(OutboundProbe.words(error))",
                consequence: "mail from other hosts is not taken either")
        }
        return Sent(id: id, recipient: recipient, accounts: accounts, start: start)
    }

    private func recipient() async throws -> Address {
        if let named = doctor.settings.recipient { return named }
        let generation = doctor.generation
        for tenant in try await generation.tenants() {
            for domain in try await generation.domains(of: tenant.id) {
                let address = try Address(localPart: "postmaster", domain: domain.name)
                if case .accounts = try await generation.resolve(address) { return address }
            }
        }
        throw Failure(
            now: "no domain is hosted, so there is nobody to write to",
            consequence: "this host takes no mail yet")
    }

    /// Until it is in each mailbox, or the doctor's patience ends.
    private func passed(_ sent: Sent) async throws -> DoctorFinding {
        var left = Set(sent.accounts)
        let end = sent.start + doctor.settings.deadline * 0.9
        while !left.isEmpty, .now < end, !Task.isCancelled {
            for account in left {
                let question = TakeTestMessageQuestion(account: account, messageID: sent.id)
                do { if try await worker.ask(question).found { left.remove(account) } } catch {
                    throw Failure(
                        now: "taken, but the mail worker does not say whether it was filed (\(error))",
                        consequence: "see 'malaposta status'")
                }
            }
            if !left.isEmpty { try? await Task.sleep(for: Self.pause) }
        }
        guard left.isEmpty else {
            let waited = (ContinuousClock.now - sent.start).components.seconds
            throw Failure(
                now: "taken for \(sent.recipient), but not in its mailbox after \(waited) s",
                consequence: "mail waits in the queue; see 'malaposta queue list'")
        }
        let (seconds, attoseconds) = (ContinuousClock.now - sent.start).components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        return .good(
            "test message",
            "came in by port 25 and was filed for \(sent.recipient) after \(milliseconds) ms",
            wanted: "a message that comes in by port 25 and is filed")
    }
}
