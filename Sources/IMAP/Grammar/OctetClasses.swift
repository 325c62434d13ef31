internal import Wire

extension ByteClass {
    /// `ATOM-CHAR`, RFC 9051 §9: visible, without `atom-specials`.
    static let atom = ByteClass.visible.subtracting(ByteClass("(){%*\"\\]"))
    /// `ASTRING-CHAR`: `ATOM-CHAR` and `resp-specials`.
    static let astring = atom.union(ByteClass("]"))
    /// `tag`: `ASTRING-CHAR` but `+`.
    static let tag = astring.subtracting(ByteClass("+"))
    /// `list-char`: `ATOM-CHAR`, `list-wildcards` and `resp-specials`; and octets above ASCII, as names in UTF-8 are read.
    static let listMailbox = astring.union(ByteClass("%*")).union(.eightBit)
    /// What the names of commands, data items and options are made of.
    static let word = ByteClass.letter.union(.digit).union(ByteClass(".-=_+"))
}
