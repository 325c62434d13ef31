/// A data item of FETCH that a message's row has.
enum StoredItem: Sendable {
    case uid, flags, internalDate, size, envelope, body, bodyStructure, modSequence

    /// As the answer names it, with the space behind it.
    var name: StaticString {
        switch self {
        case .uid: "UID "
        case .flags: "FLAGS "
        case .internalDate: "INTERNALDATE "
        case .size: "RFC822.SIZE "
        case .envelope: "ENVELOPE "
        case .body: "BODY "
        case .bodyStructure: "BODYSTRUCTURE "
        case .modSequence: "MODSEQ "
        }
    }
}
