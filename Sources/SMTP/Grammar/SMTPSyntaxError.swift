/// Where a command stops being one, and what should stand there.
package struct SMTPSyntaxError: Error, Hashable, Sendable {
    package enum Expected: Hashable, Sendable {
        case space, end, path, mailbox, domain, addressLiteral, parameter, number, date, xtext, addressType, helloName
        case keyword, value
        /// The address needs letters beyond ASCII, but `SMTPUTF8` was not asked for (RFC 6531 §3.5).
        case asciiAddress
        /// `word` stands twice.
        case onlyOnce(String)
        /// A parameter that is not offered: 555 5.5.4 (RFC 5321 §4.1.1.11).
        case knownParameter(String)
        /// A parameter that is offered, but not with this value.
        case valueOf(String)
    }

    package let expected: Expected
    /// Octets from the beginning of what was read.
    package let offset: Int

    package init(expected: Expected, offset: Int) {
        self.expected = expected
        self.offset = offset
    }
}

extension SMTPSyntaxError: CustomStringConvertible {
    /// A sentence for the peer, without a full stop.
    package var description: String {
        switch expected {
        case .space: "A space is missing after octet \(offset)"
        case .end: "Something stands behind the end of the command, from octet \(offset)"
        case .path: "An address in angle brackets is missing at octet \(offset)"
        case .mailbox: "Not a valid mailbox address"
        case .domain: "Not a valid domain"
        case .addressLiteral: "Not a valid address literal"
        case .parameter, .keyword: "Not a parameter at octet \(offset)"
        case .number: "A number is missing at octet \(offset)"
        case .date: "Not a date and time of RFC 3339"
        case .xtext: "Not xtext at octet \(offset)"
        case .addressType: "An address type is missing"
        case .helloName: "A domain or an address literal is missing"
        case .value: "Not a value at octet \(offset)"
        case .asciiAddress: "The address needs SMTPUTF8"
        case .onlyOnce(let word): "\(word) stands twice"
        case .knownParameter(let word): "\(word) is not a parameter here"
        case .valueOf(let word): "Not a value of \(word)"
        }
    }
}
