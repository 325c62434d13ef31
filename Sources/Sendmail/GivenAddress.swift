package import MIME
package import Mail
internal import NIOCore

/// An address as a program or a person writes it for sendmail: in a list, with a name for people, without a domain.
package enum GivenAddress {
    /// What one word of a command line or one field has; never none.
    package static func list(_ text: String) throws(BadAddress) -> [HeaderAddress] {
        let found = AddressList(ByteBuffer(string: text)).addresses
        guard !found.isEmpty else { throw BadAddress(text: text) }
        return found
    }

    /// The envelope's sender; nil is the null reverse-path.
    package static func sender(_ text: String, at host: String) throws(BadAddress) -> Address? {
        guard !text.isEmpty, text != "<>" else { return nil }
        let found = try list(text)
        guard found.count == 1 else { throw BadAddress(text: text) }
        return try address(found[0], at: host)
    }

    /// - Parameter host: a name alone is one of this machine's.
    package static func address(_ given: HeaderAddress, at host: String) throws(BadAddress) -> Address {
        let text = given.address
        if let address = given.mailbox {
            // Two @ are a slip far more often than a quoted one.
            guard !address.localPart.contains("@") else { throw BadAddress(text: text) }
            return address
        }
        do { return try Address(text.contains("@") ? text : "\(text)@\(host)") } catch { throw BadAddress(text: text) }
    }
}

package struct BadAddress: Error, Equatable, CustomStringConvertible {
    package let text: String

    package var description: String { "\(text) is no address" }
}
