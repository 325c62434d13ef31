import Mail
import NIOCore
import SMTPServer
import TestSupport
import Testing

@testable import Delivery

@Suite("Any octets are a journal") struct JournalMutationTests {
    private static let mutated = Mutation(pieces: ["MPR1", "MPR1\0\0\0\0", "\0\0\0\0", "\u{7f}\u{7f}\u{7f}\u{7f}", "{\"\":0}"])

    /// Whatever stands in a file, reading it neither traps nor invents a record: each that comes out was written.
    @Test func noRecordIsInvented() async {
        for await var random in MutationRun("journals", fixed: 1...10) {
            for _ in 0..<100 {
                let (octets, written) = journal(using: &random)
                let content = JournalFile.read(ByteBuffer(bytes: Self.mutated(octets, using: &random)))
                for (_, frame) in content.frames { #expect(written.contains(frame)) }
            }
        }
    }

    /// A frame whose checksum is right by accident or malice is still read with care.
    @Test func aSoundFrameMayHoldAnything() async {
        for await var random in MutationRun("journal records", fixed: 1...10) {
            for _ in 0..<500 {
                let octets = frames(using: &random).randomElement(using: &random)?.readableBytesView
                var frame = ByteBuffer(bytes: Self.mutated(Array(octets ?? []), using: &random))
                guard frame.readableBytes >= Frame.head else { continue }
                Frame.seal(&frame, seed: 1)
                do throws(RecordError) {
                    if case .accepted(_, let body) = try Frame.record(frame), case .frame(let offset) = body.place {
                        #expect(offset + body.size == frame.readableBytes)
                    }
                } catch { #expect(error == .malformed) }
            }
        }
    }

    private func journal(using random: inout SeededGenerator) -> (octets: [UInt8], frames: Set<ByteBuffer>) {
        var journal = JournalFile.header(seed: 1)
        let frames = frames(using: &random)
        for frame in frames { journal.writeImmutableBuffer(frame) }
        return (Array(journal.readableBytesView), Set(frames))
    }

    private func frames(using random: inout SeededGenerator) -> [ByteBuffer] {
        let id = EntryID(UInt64.random(in: .min ... .max, using: &random))
        let others = [Frame.Kind.released, .moved, .progress].map { kind in
            Frame.of(kind, id, kind == .progress ? Progress(routes: 3) : nil, seed: 1)
        }
        return [accepted(id)].compactMap(\.self) + others
    }

    private func accepted(_ id: EntryID) -> ByteBuffer? {
        guard let ana = try? Address("ana@acme.example"), let eve = try? Address("eve@globex.example") else { return nil }
        let envelope = Envelope(sender: eve, recipients: [EnvelopeRecipient(ana)])
        let routes = [
            Route(recipient: 0, target: .mailbox(AccountID(1), detail: "list", as: ana)),
            Route(recipient: Route.noRecipient, target: .sent(AccountID(2))), Route(recipient: 0, target: .remote(eve)),
        ]
        let acceptance = Acceptance(
            id: id, time: 1_800_000_000, door: .mx, session: "s1", account: AccountID(2), envelope: envelope, routes: routes,
            notBefore: 1)
        var frame = AcceptanceFrame(acceptance, room: 64)
        frame.append(octets("Subject: x\r\n\r\nMPR1\r\n"))
        return frame.sealed(file: nil, isBegun: true, seed: 1)
    }
}
