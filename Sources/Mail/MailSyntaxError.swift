/// Text that is not the address, domain name or other word of mail that it should be.
package struct MailSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, as the middle of a sentence: "a domain name is empty".
    package let description: String

    package init(_ description: String) { self.description = description }
}
