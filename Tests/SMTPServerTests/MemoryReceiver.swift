import Directory
import Mail
import NIOConcurrencyHelpers
import NIOCore
import SMTP
import SMTPServer

/// Takes messages into memory.
final class MemoryReceiver: MessageReceiver {
    struct Message: Sendable {
        var envelope: Envelope
        var facts: SessionFacts
        /// Empty where octets are only counted.
        var octets = ""
        var size = 0
        var largestWrite = 0
    }

    private let state = NIOLockedValueBox<(messages: [Message], aborted: Int)>(([], 0))
    private let keepsOctets: Bool

    init(keepsOctets: Bool = true) { self.keepsOctets = keepsOctets }

    var messages: [Message] { state.withLockedValue { $0.messages } }
    var aborted: Int { state.withLockedValue { $0.aborted } }

    func admit(
        _ recipient: EnvelopeRecipient, to envelope: Envelope, targets: [ExpandedTarget], _ facts: SessionFacts
    ) async -> RecipientDecision {
        guard recipient.address.localPart == "full" else { return .accepted }
        return .refused(Refusal(Reply(552, EnhancedStatus(5, 2, 2), "Mailbox full")))
    }

    func begin(_ envelope: Envelope, declaredSize: Int?, _ facts: SessionFacts) async -> Result<any MessageSink, Refusal> {
        guard envelope.sender?.localPart != "nodisk" else {
            return .failure(Refusal(Reply(452, EnhancedStatus(4, 3, 1), "No room"), cause: "disk"))
        }
        return .success(Sink(receiver: self, message: Message(envelope: envelope, facts: facts)))
    }

    /// One message on its way.
    private actor Sink: MessageSink {
        private let receiver: MemoryReceiver
        private var message: Message

        init(receiver: MemoryReceiver, message: Message) { (self.receiver, self.message) = (receiver, message) }

        func write(_ octets: ByteBuffer) throws {
            message.size += octets.readableBytes
            message.largestWrite = max(message.largestWrite, octets.readableBytes)
            if receiver.keepsOctets { message.octets += String(buffer: octets) }
            struct Broken: Error {}
            if message.envelope.sender?.localPart == "broken" { throw Broken() }
        }

        func finish() throws -> QueueID {
            let message = message
            let count = receiver.state.withLockedValue { state in
                state.messages.append(message)
                return state.messages.count
            }
            guard let id = QueueID("M\(count)") else { throw Refusal(Reply(451, nil, "no id")) }
            return id
        }

        func abort() { receiver.state.withLockedValue { $0.aborted += 1 } }
    }

}
