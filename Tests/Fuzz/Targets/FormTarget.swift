import NIOCore

@testable import Webmail

extension FuzzTargets {
    /// Forms of both kinds, and the paths and cookies around them.
    static let forms = FuzzTarget(
        name: "forms", longest: 8_192,
        pieces: [
            "&", "=", "+", "%", "%2", "%zz", "%00", "%ff", ";", "--x1y2\r\n", "\r\n--x1y2\r\n", "\r\n--x1y2--\r\n", "\r\n\r\n",
            "Content-Disposition: form-data; name=\"a\"", "; filename=\"b%22c\"", "Content-Type: text/plain\r\n", "\r", "\n",
        ]
    ) { octets in
        let fields = FormFields(String(decoding: octets, as: UTF8.self))
        let written = fields.pairs.map { "\(FormFields.encode($0.name))=\(FormFields.encode($0.value))" }
        let again = FormFields(written.joined(separator: "&"))
        try expect(
            again.pairs.map(\.name) == fields.pairs.map(\.name) && again.pairs.map(\.value) == fields.pairs.map(\.value),
            "a form changes when it is written")
        let whole = try parts(octets, piece: max(1, octets.count))
        for piece in [1, 5] {
            try expect(try parts(octets, piece: piece) == whole, "a form in pieces of \(piece) differs from the whole")
        }
    }

    private struct Parts: Equatable {
        var heads: [String] = []
        var bodies: [[UInt8]] = []
        var isRefused = false
        var isDone = false
    }

    /// Parts that are whole; nil of those of a form that is refused, as what came before the refusal is nobody's.
    private static func parts(_ octets: [UInt8], piece: Int) throws -> Parts {
        guard var parser = MultipartParser(contentType: "multipart/form-data; boundary=x1y2") else {
            throw Broken(description: "a boundary is refused")
        }
        var parts = Parts()
        var open: (head: String, body: [UInt8])?
        for start in stride(from: 0, to: octets.count, by: piece) {
            do throws(WebRefusal) {
                for event in try parser.add(ByteBuffer(bytes: octets[start..<min(octets.count, start + piece)])) {
                    switch event {
                    case .part(let name, let file, let type): open = ("\(name)|\(file ?? "-")|\(type)", [])
                    case .octets(let octets): open?.body += Array(octets.readableBytesView)
                    case .end:
                        parts.heads.append(open?.head ?? "")
                        parts.bodies.append(open?.body ?? [])
                        open = nil
                    }
                }
            } catch { return Parts(isRefused: true) }
        }
        parts.isDone = parser.isDone
        return parts
    }
}
