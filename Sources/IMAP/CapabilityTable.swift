package import Mail
internal import NIOCore

/// What this server says it can (RFC 9051 §6.1.1, §7.2.2). A name stands here only while it is true.
package enum CapabilityTable {
    /// In every state.
    static let always = "IMAP4rev1 LITERAL+ SASL-IR ID ENABLE"

    /// After log-in: RFC 2177, 2342, 3348, 6154, 5258, 5819, 4315, 6851, 3691, 8438, 4731, 7162, 3516, 5032.
    static let authenticated =
        "IDLE NAMESPACE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS UIDPLUS MOVE UNSELECT STATUS=SIZE ESEARCH CONDSTORE WITHIN"

    /// What can be switched on (RFC 9051 §6.3.1).
    static let canBeEnabled: [String] = ["CONDSTORE"]

    /// Before log-in.
    ///
    /// - Parameters:
    ///   - canStartTLS: whether STARTTLS is there to be asked for.
    ///   - canLogIn: whether a password may be sent over this connection (RFC 9051 §6.2.3).
    package static func beforeLogin(canStartTLS: Bool, canLogIn: Bool) -> String {
        always + (canStartTLS ? " STARTTLS" : "") + (canLogIn ? " AUTH=PLAIN" : " LOGINDISABLED")
    }

    /// After log-in; the largest message stands in it (RFC 7889).
    package static func afterLogin(appendLimit: ByteCount) -> String {
        "\(always) \(authenticated) APPENDLIMIT=\(appendLimit.octets)"
    }
}
