package import Mail

/// What IMAP's SEARCH asks for (RFC 9051 §6.4.4); sequence numbers are UIDs by now.
package indirect enum MessageQuery: Sendable, Hashable {
    package enum Comparison: Sendable, Hashable {
        case before, on, since
    }

    package enum HeaderField: Sendable, Hashable {
        case from, to, cc, bcc, subject
    }

    case all
    case and([MessageQuery])
    case or([MessageQuery])
    case not(MessageQuery)
    /// Every one of these flags.
    case flags(SystemFlags)
    case tag(Tag)
    case uids(UIDSet)
    /// Octets.
    case larger(Int)
    case smaller(Int)
    /// The internal date, by UTC days: days since 1970-01-01.
    case received(Comparison, day: Int)
    /// The Date field as it is written, without its zone: days since 1970-01-01.
    case sent(Comparison, day: Int)
    /// The internal date is at most, or at least, so many seconds ago.
    case younger(seconds: Int)
    case older(seconds: Int)
    /// Exact substring without case, over the decoded field.
    case contains(HeaderField, String)
    /// Exact substring without case of a field by its name; empty text asks whether the field is there.
    case header(name: String, contains: String)
    /// Words or beginnings of words in the text.
    case body(String)
    /// The same, in header or text.
    case text(String)
    case modSequence(atLeast: ModSequence)
}

/// Where the web searches.
package enum FindScope: Sendable, Hashable {
    case folder(FolderID)
    /// Everything but trash and spam.
    case everywhere
}

package enum FindOrder: Sendable, Hashable {
    case date, relevance
}
