package import NIOCore
internal import Wire

/// A value with parameters, as Content-Type and Content-Disposition have them (RFC 2045 §5.1, RFC 2183 §2, RFC 2231).
package struct ParameterizedValue: Sendable, Hashable {
    package struct Parameter: Sendable, Hashable {
        /// As written, with the marks of RFC 2231: `filename*0*`.
        package let name: [UInt8]
        /// Without quotes, otherwise as written.
        package let value: [UInt8]
    }

    /// What stands before the first semicolon, without comments.
    package let value: [UInt8]
    package let parameters: [Parameter]

    /// Parameters of one field; more are passed over.
    static let parameterLimit = 500

    private static let valueStops = ByteClass(";(")
    private static let nameStops = ByteClass(";= \t")
    private static let semicolon = ByteClass(";")

    package init(_ field: ByteBuffer) { self.init(unfolded: Header.unfold(field)) }

    init(unfolded octets: [UInt8]) {
        var reader = FieldReader(octets)
        reader.skipComments()
        value = Array(reader.run(until: Self.valueStops).trimmed)
        var parameters: [Parameter] = []
        while parameters.count < Self.parameterLimit {
            _ = reader.run(until: Self.semicolon)
            guard reader.skip(UInt8(ascii: ";")) else { break }
            if let parameter = Self.parameter(&reader) { parameters.append(parameter) }
        }
        self.parameters = parameters
    }

    private static func parameter(_ reader: inout FieldReader) -> Parameter? {
        reader.skipComments()
        let name = Array(reader.run(until: nameStops))
        reader.skipComments()
        guard !name.isEmpty, reader.skip(UInt8(ascii: "=")) else { return nil }
        reader.skipComments()
        if reader.next == .quote { return Parameter(name: name, value: reader.quotedString()) }
        let text = reader.run(until: semicolon).trimmed
        return Parameter(name: name, value: Array(withoutComment(text)))
    }

    /// A trailing comment stands behind white space; `report(1).pdf` has none.
    private static func withoutComment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.last == UInt8(ascii: ")"), let open = text.firstIndex(of: UInt8(ascii: "(")), open > text.startIndex else {
            return text
        }
        return text[open - 1].isWhiteSpace ? text[..<open].trimmed : text
    }

    /// The octets of the parameter of exactly that name, in any case; no decoding.
    package func rawParameter(_ name: StaticString) -> [UInt8]? {
        let name = FieldName(stringLiteral: name)
        return parameters.first { name.matches($0.name.span) }?.value
    }

    /// The parameter for people: continuations joined, charset decoded (RFC 2231), and where a sender put encoded words or
    /// bare 8-bit octets into a plain parameter, these decoded too. Nil where there is none.
    package func parameter(_ name: String) -> String? {
        if let joined = ExtendedParameter(name, in: parameters) { return joined.text }
        let name = FieldName(name)
        return parameters.first { name.matches($0.name.span) }.map { EncodedWords.decode($0.value) }
    }
}
