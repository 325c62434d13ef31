internal import MIME
internal import Mail

/// What a writer has on the page.
package struct Written: Sendable {
    package enum Kind: String, Sendable { case new, reply, replyall, forward, draft }

    package var kind = Kind.new
    /// The message that is answered or forwarded.
    package var source: Int64?
    package var draft: Int64?
    package var from = ""
    package var to = ""
    package var cc = ""
    package var bcc = ""
    package var subject = ""
    package var body = ""
    package var uploads: [String] = []

    package init() {}

    init(_ form: FormFields) {
        kind = form["kind"].flatMap(Kind.init) ?? .new
        source = form["source"].flatMap { Int64($0) }
        draft = form["draft"].flatMap { Int64($0) }
        from = form["from"] ?? ""
        to = form["to"] ?? ""
        cc = form["cc"] ?? ""
        bcc = form["bcc"] ?? ""
        subject = Self.oneLine(form["subject"] ?? "")
        body = form["body"] ?? ""
        uploads = form.all("upload")
    }

    /// A header's value has no line ends: what a form smuggles in becomes a space.
    static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    }
}

/// Reads what people type into To, Cc and Bcc.
enum RecipientReader {
    /// Addresses of a field, with or without names, parted by comma, semicolon or line end.
    ///
    /// - Throws: `WebRefusal.problem` naming the first that is no address.
    static func read(_ text: String) throws(WebRefusal) -> [HeaderAddress] {
        var result: [HeaderAddress] = []
        for entry in split(text) {
            var (name, address) = ("", entry)
            if let open = entry.lastIndex(of: "<"), entry.hasSuffix(">") {
                name = String(entry[..<open]).trimmed.unquoted
                address = String(entry[entry.index(after: open)...].dropLast()).trimmed
            }
            guard let parsed = try? Address(address) else {
                throw .problem("err_bad_recipient", values: ["address": String(entry.prefix(100))])
            }
            result.append(HeaderAddress(name: name, address: parsed.description))
        }
        return result
    }

    /// Commas within quotes belong to a name. By scalars, as the browser does it: a quote with a mark upon it is a quote.
    private static func split(_ text: String) -> [String] {
        var (entries, current, isQuoted) = ([String](), String.UnicodeScalarView(), false)
        for scalar in Written.oneLine(text.replacing("\r\n", with: ",").replacing("\n", with: ",")).unicodeScalars {
            if scalar == "\"" { isQuoted.toggle() }
            if !isQuoted, scalar == "," || scalar == ";" {
                entries.append(String(current))
                current = String.UnicodeScalarView()
            } else {
                current.append(scalar)
            }
        }
        return (entries + [String(current)]).map(\.trimmed).filter { !$0.isEmpty }
    }

    /// As a person would type it.
    static func write(_ addresses: [HeaderAddress]) -> String {
        addresses.map { address in
            guard !address.name.isEmpty, address.name != address.address else { return address.address }
            let scalars = address.name.unicodeScalars
            let needsQuotes = scalars.contains { ",;<>\"@".unicodeScalars.contains($0) }
            let name = needsQuotes ? "\"\(String(String.UnicodeScalarView(scalars.filter { $0 != "\"" })))\"" : address.name
            return "\(name) <\(address.address)>"
        }.joined(separator: ", ")
    }
}

extension String {
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    fileprivate var unquoted: String {
        let scalars = unicodeScalars
        guard scalars.count >= 2, scalars.first == "\"", scalars.last == "\"" else { return self }
        return String(scalars.dropFirst().dropLast()).replacing("\\\"", with: "\"")
    }
}
