internal import Mail
internal import NIOCore
internal import SMTP

/// What one message is held to.
struct IntakeRules {
    /// Octets.
    var largestMessage: Int
    /// Octets of the header.
    var header: Int
    /// Received fields.
    var hops: Int
    /// Goes on top of the message.
    var received: String
    /// What a user's program forgot; empty for mail of other hosts, which is never changed.
    var date = ""
    var messageID = ""
    /// Who may stand in From; nil asks nothing.
    var checkFrom: (([Address]) async -> Refusal?)?
}

/// Carries one message from the stream to its sink: holds the header back until it is judged, then lets the octets
/// through. What is refused is still read, and thrown away. Belongs to one task.
final class MessageIntake {
    private let sink: any MessageSink
    private let rules: IntakeRules
    private var scan: HeaderScan? = HeaderScan()
    private var hasSink = true
    /// Octets that came, refused ones too.
    private(set) var octets = 0
    private(set) var refusal: Refusal?

    init(_ sink: any MessageSink, _ rules: IntakeRules) { (self.sink, self.rules) = (sink, rules) }

    func write(_ piece: ByteBuffer) async {
        octets += piece.readableBytes
        guard refusal == nil, piece.readableBytes > 0 else { return }
        guard octets <= rules.largestMessage else { return await refuse(Refusal(.tooLarge)) }
        guard scan != nil else { return await pass(piece) }
        guard scan?.take(piece) == true else {
            if octets > rules.header { await refuse(Refusal(.headerTooLarge)) }
            return
        }
        await endHeader()
    }

    /// Refuses the message; the first reason stays.
    func refuse(_ reason: Refusal) async {
        guard refusal == nil else { return }
        refusal = reason
        guard hasSink else { return }
        hasSink = false
        await sink.abort()
    }

    /// Ends the message.
    func finish() async -> Result<QueueID, Refusal> {
        if refusal == nil, scan != nil { await endHeader() }
        if let refusal { return .failure(refusal) }
        hasSink = false
        do { return .success(try await sink.finish()) } catch { return .failure(Self.refusal(for: error)) }
    }

    private func endHeader() async {
        guard let scan else { return }
        self.scan = nil
        guard scan.length <= rules.header else { return await refuse(Refusal(.headerTooLarge)) }
        let facts = HeaderFacts(scan.fields)
        if let reason = await judge(facts) { return await refuse(reason) }
        let missing = (facts.hasDate ? "" : rules.date) + (facts.hasMessageID ? "" : rules.messageID)
        var top = ByteBuffer(string: rules.received + missing)
        top.writeImmutableBuffer(scan.octets)
        await pass(top)
    }

    private func judge(_ facts: HeaderFacts) async -> Refusal? {
        guard facts.hops <= rules.hops else { return Refusal(.tooManyHops) }
        guard let checkFrom = rules.checkFrom else { return nil }
        guard facts.from.count == 1, let addresses = FromField.addresses(in: facts.from[0]), !addresses.isEmpty else {
            return Refusal(.noFrom)
        }
        return await checkFrom(addresses)
    }

    private func pass(_ piece: ByteBuffer) async {
        do { try await sink.write(piece) } catch {
            hasSink = false
            refusal = Self.refusal(for: error)
        }
    }

    private static func refusal(for error: any Error) -> Refusal {
        error as? Refusal ?? Refusal(.notStored, cause: "\(error)")
    }
}
