/// A command that breaks the grammar: what should have stood at `offset` octets behind the command's first octet.
package struct SyntaxError: Error, Hashable, Sendable {
    package let expected: Expected
    package let offset: Int

    package init(expected: Expected, offset: Int) {
        self.expected = expected
        self.offset = offset
    }
}

/// What the grammar would have taken (RFC 9051 §9); the raw value ends the sentence "expected ...".
package enum Expected: String, Hashable, Sendable {
    case tag = "a tag"
    case command = "a command"
    case space = "a space"
    case end = "the end of the command"
    case number = "a number"
    case sequenceSet = "a sequence set"
    case fewerRanges = "fewer ranges in a sequence set"
    case string = "a string"
    case quotedString = "a quoted string of UTF-8 without control characters"
    case shorterString = "a shorter string"
    case literal = "a literal and its octets"
    case atom = "an atom"
    case mailboxName = "a mailbox name in modified UTF-7 without empty parts"
    case pattern = "a mailbox name with or without wildcards"
    case fewerWildcards = "fewer wildcards"
    case flag = "a flag"
    case fewerFlags = "fewer flags"
    case date = "a date as 1-Feb-1994"
    case dateTime = "a date and time as \"01-Feb-1994 21:52:25 -0800\""
    case listStart = "an opening parenthesis"
    case listEnd = "a closing parenthesis"
    case fewerItems = "fewer items"
    case fetchItem = "a data item of FETCH"
    case section = "a section of a message"
    case fewerParts = "fewer part numbers"
    case storeItem = "FLAGS, +FLAGS or -FLAGS"
    case statusItem = "a data item of STATUS"
    case searchKey = "a search key"
    case shallowerNesting = "fewer nested parentheses"
    case returnOption = "a return option"
    case selectionOption = "a selection option"
    case modifier = "a modifier that this server knows"
    case specialUse = "a special use"
}

extension SyntaxError: CustomStringConvertible {
    /// As the peer reads it behind `BAD`.
    package var description: String { "Syntax: expected \(expected.rawValue) at octet \(offset)" }
}
