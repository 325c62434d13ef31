import NIOCore
import TestSupport
import Testing

@testable import Webmail

@Suite("Any octets are a form, or a bad request") struct MutationTests {
    private static let mutatedFields = Mutation(pieces: ["&", "=", "+", "%", "%2", "%zz", "%00", "%ff", ";", "\0", "\r\n", "é"])

    /// What was read is written so that it is read as the same.
    @Test func formFields() async {
        for await var random in MutationRun("form fields", fixed: 1...10) {
            for _ in 0..<500 {
                let text = Self.mutatedFields("to=ana%40acme.example&subject=a+b%20c&to=&csrf=xyz&empty", using: &random)
                let fields = FormFields(text)
                let written = fields.pairs.map { "\(FormFields.encode($0.name))=\(FormFields.encode($0.value))" }
                let again = FormFields(written.joined(separator: "&"))
                #expect(again.pairs.map(\.name) == fields.pairs.map(\.name), "\(text.debugDescription)")
                #expect(again.pairs.map(\.value) == fields.pairs.map(\.value), "\(text.debugDescription)")
            }
        }
    }

    private static let form = Array(
        """
        preamble\r
        --x1y2\r
        Content-Disposition: form-data; name="csrf"\r
        \r
        abc\r
        --x1y2\r
        Content-Disposition: form-data; name="file"; filename="a%22b.pdf"\r
        Content-Type: application/pdf\r
        \r
        %PDF\r
        --x1y\r
        more\r
        --x1y2\r
        Content-Disposition: form-data; name="empty"\r
        \r
        --x1y2--\r

        """.utf8)

    private static let mutatedForm = Mutation(pieces: [
        "\r\n", "\r", "\n", "--", "\r\n--x1y2", "\r\n--x1y2--", "--x1y2\r\n", "\r\n\r\n", "; name=\"", "\"", "; filename=\"",
        "\0",
    ])

    /// A part's octets are the same whatever pieces the form comes in.
    @Test func multipart() async throws {
        for await var random in MutationRun("multipart forms", fixed: 1...10) {
            for _ in 0..<300 {
                let octets = Self.mutatedForm(Self.form, using: &random)
                let whole = try read(octets, pieces: octets.count)
                #expect(try read(octets, pieces: Int.random(in: 1...9, using: &random)) == whole)
            }
        }
    }

    private struct Read: Equatable {
        var parts: [String] = []
        var isRefused = false
        var isDone = false
    }

    private func read(_ octets: [UInt8], pieces: Int) throws -> Read {
        var parser = try #require(MultipartParser(contentType: "multipart/form-data; boundary=x1y2"))
        var read = Read()
        for start in stride(from: 0, to: octets.count, by: max(1, pieces)) {
            let piece = ByteBuffer(bytes: octets[start..<min(octets.count, start + max(1, pieces))])
            do throws(WebRefusal) {
                for event in try parser.add(piece) {
                    switch event {
                    case .part(let name, let file, let type): read.parts.append("\(name) \(file ?? "-") \(type): ")
                    case .octets(let octets):
                        read.parts[read.parts.count - 1] += String(
                            decoding: octets.readableBytesView.map { $0 & 0x7f }, as: UTF8.self)
                    case .end: read.parts[read.parts.count - 1] += "."
                    }
                }
            } catch {
                // What came before the refusal is nobody's.
                return Read(isRefused: true)
            }
        }
        read.isDone = parser.isDone
        // Of a part that does not end, how much is given out depends on the pieces.
        if let last = read.parts.last, !last.hasSuffix(".") { read.parts.removeLast() }
        return read
    }
}
