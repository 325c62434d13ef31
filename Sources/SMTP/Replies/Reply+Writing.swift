package import NIOCore
internal import Wire

extension Reply {
    /// The longest text of one line that is sent, in octets; RFC 5321 §4.5.3.1.5 allows 512 for the whole line.
    package static let longestText = 480

    /// Appends the reply as it goes over the wire. What could begin a new line within a text becomes `?`, so that
    /// nothing that a peer sent and that is quoted back can forge a reply.
    package func write(to buffer: inout ByteBuffer) {
        for (index, line) in lines.enumerated() {
            buffer.writeString(String(code))
            buffer.writeString(index == lines.count - 1 ? " " : "-")
            if let status { buffer.writeString("\(status) ") }
            buffer.writeBytes(Self.harmless(line))
            buffer.writeString("\r\n")
        }
    }

    private static func harmless(_ text: String) -> [UInt8] {
        var octets = Array(text.utf8.prefix(longestText))
        // A cut within a character leaves no half of it behind.
        while octets.count < text.utf8.count, !octets.isEmpty, String(validating: octets, as: UTF8.self) == nil {
            octets.removeLast()
        }
        for index in octets.indices where octets[index] < 0x20 || octets[index] == 0x7f { octets[index] = UInt8(ascii: "?") }
        return octets
    }
}
