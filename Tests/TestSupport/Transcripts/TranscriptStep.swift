/// One line of a dialogue.
struct TranscriptStep: Sendable {
    enum Kind: Sendable {
        /// `C:` sends the text and CRLF; `C!` sends its octets, with escapes read and nothing added.
        case send(String, raw: Bool)
        /// `S:` one line; `S?` one that may be missing; `S~` with its neighbours of this kind in any order.
        case expect(LinePattern, Need)
        /// `TLS`: the client begins the handshake.
        case startTLS
        /// `DO name`: the test does something of its own.
        case act(String)
        /// `CLOSED`: the server closes, with nothing said before.
        case closed
    }

    enum Need: Sendable { case next, maybe, anyOrder }

    let number: Int
    /// Which connection: `C2:` and `S2:` are the second one. 1 without a number.
    let connection: Int
    let kind: Kind

    /// Nil where the line is none.
    init?(_ line: String, number: Int) throws {
        self.number = number
        var rest = Substring(line)
        let word = rest.prefix { $0.isLetter }
        rest = rest.dropFirst(word.count)
        let digits = rest.prefix { $0.isNumber }
        rest = rest.dropFirst(digits.count)
        connection = Int(digits) ?? 1
        let sign = rest.popFirst()
        let text = rest.hasPrefix(" ") ? String(rest.dropFirst()) : String(rest)
        switch (String(word), sign) {
        case ("C", ":"): kind = .send(text, raw: false)
        case ("C", "!"): kind = .send(text, raw: true)
        case ("S", ":"): kind = .expect(LinePattern(text), .next)
        case ("S", "?"): kind = .expect(LinePattern(text), .maybe)
        case ("S", "~"): kind = .expect(LinePattern(text), .anyOrder)
        case ("TLS", nil): kind = .startTLS
        case ("DO", " "): kind = .act(String(rest))
        case ("CLOSED", nil): kind = .closed
        default: return nil
        }
    }
}
