import NIOCore

@testable import IMAP

extension FuzzTargets {
    /// A connection's octets: commands with their literals, each read by its rule.
    static let imap = FuzzTarget(
        name: "imap", longest: 8_192,
        pieces: [
            "a FETCH 1:* ", "UID ", "BODY.PEEK[", "HEADER.FIELDS (From)]<0.10>", "{3}\r\nabc", "{3+}\r\nabc", "SEARCH OR ",
            "RETURN (ALL)", "LIST (SUBSCRIBED) ", "\"&AOk-\"", "(\\Seen ", "CHARSET UTF-8 ", "STORE 1 +FLAGS.SILENT ",
            "(UNCHANGEDSINCE 9) ", "APPEND INBOX ", "\"17-Jul-1996 02:44:25 -0700\" ", "STATUS x (MESSAGES)", "4294967296", "*:*",
        ]
    ) { octets in
        try connection(octets)
        let text = ByteBuffer(bytes: octets.prefix(512))
        if let name = ModifiedUTF7.decode(text) {
            try expect(ModifiedUTF7.decode(ModifiedUTF7.encode(name)) == name, "a mailbox name changes when it is written")
        }
        var reader = CommandReader(text)
        if let pattern = try? reader.listPattern() { _ = pattern.matches(text) }
    }

    /// The same frames come of it whether the octets arrive at once or one by one.
    private static func connection(_ octets: [UInt8]) throws {
        let whole = try frames(octets, piece: max(1, octets.count))
        let single = try frames(octets, piece: 1)
        try expect(whole == single, "commands in pieces differ from the whole")
        for command in whole {
            try expect(
                command.readableBytes <= IMAPLimits().commandSize + IMAPLimits().lineLength, "a command is longer than it may be")
            try read(command)
        }
    }

    private static func frames(_ octets: [UInt8], piece: Int) throws -> [ByteBuffer] {
        var framing = CommandFraming(limits: IMAPLimits())
        var input = ByteBuffer()
        var commands: [ByteBuffer] = []
        for start in stride(from: 0, to: octets.count, by: piece) {
            input.writeBytes(octets[start..<min(octets.count, start + piece)])
            var goesOn = true
            while goesOn {
                do throws(CommandFraming.Failure) {
                    switch try framing.next(from: &input) {
                    case .command(let command): commands.append(command)
                    case .literal(let header, _): if header.size > 4_096 { framing.refuse() } else { _ = framing.collect() }
                    case .chunk, .discarded: break
                    case nil: goesOn = false
                    }
                } catch { commands.append(ByteBuffer(string: "too long")) }
            }
        }
        return commands
    }

    private static func read(_ command: ByteBuffer) throws {
        guard let error = refusal(of: command) else { return }
        try expect(error.offset <= command.readableBytes, "an error stands behind its command")
        try expect(error.description.utf8.allSatisfy { $0 >= 0x20 }, "an error forges lines")
    }

    private static func refusal(of command: ByteBuffer) -> SyntaxError? {
        var reader = CommandReader(command)
        do throws(SyntaxError) {
            _ = try reader.tag()
            try reader.space()
            let rule = try reader.rule()
            _ = try rule.read(&reader)
            try reader.end()
            return nil
        } catch { return error }
    }
}
