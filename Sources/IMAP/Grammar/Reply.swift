package import NIOCore
internal import Wire

/// `resp-text-code`, RFC 9051 §7.1, and codes of extensions.
package enum ResponseCode: Hashable, Sendable {
    case alert, readOnly, readWrite, tryCreate, parse
    case unavailable, authenticationFailed, authorizationFailed, expired, privacyRequired, limit, overQuota, alreadyExists,
        nonexistent
    case cannot, inUse, serverBug, clientBug, noPermission, contactAdmin, closed, useAttribute, tooBig, noModSequence
    case expungeIssued
    case capability(String)
    case badCharset([String])
    case permanentFlags(ByteBuffer)
    case uidNext(UInt32), uidValidity(UInt32), unseen(UInt32)
    case highestModSequence(UInt64)
    case appendUID(validity: UInt32, uid: UInt32)
    /// Both sets in `uid-set` form.
    case copyUID(validity: UInt32, from: ByteBuffer, to: ByteBuffer)
    /// RFC 7162 §3.1.3; the numbers in `sequence-set` form.
    case modified(ByteBuffer)
}

extension ByteBuffer {
    /// The code in brackets.
    mutating func write(_ code: ResponseCode) {
        writeInteger(UInt8(ascii: "["))
        switch code {
        case .capability(let names): writeString("CAPABILITY \(names)")
        case .badCharset(let names): writeString("BADCHARSET (\(names.joined(separator: " ")))")
        case .permanentFlags(let list):
            writeStaticString("PERMANENTFLAGS ")
            writeImmutableBuffer(list)
        case .uidNext(let uid): writeString("UIDNEXT \(uid)")
        case .uidValidity(let validity): writeString("UIDVALIDITY \(validity)")
        case .unseen(let number): writeString("UNSEEN \(number)")
        case .highestModSequence(let value): writeString("HIGHESTMODSEQ \(value)")
        case .appendUID(let validity, let uid): writeString("APPENDUID \(validity) \(uid)")
        case .copyUID(let validity, let from, let to):
            writeString("COPYUID \(validity) ")
            writeImmutableBuffer(from)
            writeInteger(UInt8.space)
            writeImmutableBuffer(to)
        case .modified(let numbers):
            writeStaticString("MODIFIED ")
            writeImmutableBuffer(numbers)
        default: writeStaticString(code.name)
        }
        writeInteger(UInt8(ascii: "]"))
    }
}

extension ResponseCode {
    /// Of the codes without arguments.
    private static let names: [ResponseCode: StaticString] = [
        .alert: "ALERT", .readOnly: "READ-ONLY", .readWrite: "READ-WRITE", .tryCreate: "TRYCREATE", .parse: "PARSE",
        .unavailable: "UNAVAILABLE", .authenticationFailed: "AUTHENTICATIONFAILED", .authorizationFailed: "AUTHORIZATIONFAILED",
        .expired: "EXPIRED", .privacyRequired: "PRIVACYREQUIRED", .limit: "LIMIT", .overQuota: "OVERQUOTA",
        .alreadyExists: "ALREADYEXISTS", .nonexistent: "NONEXISTENT", .cannot: "CANNOT", .inUse: "INUSE",
        .serverBug: "SERVERBUG", .clientBug: "CLIENTBUG", .noPermission: "NOPERM", .contactAdmin: "CONTACTADMIN",
        .closed: "CLOSED", .useAttribute: "USEATTR", .tooBig: "TOOBIG", .noModSequence: "NOMODSEQ",
        .expungeIssued: "EXPUNGEISSUED",
    ]

    fileprivate var name: StaticString { Self.names[self] ?? "ALERT" }
}

/// How a command ended, RFC 9051 §7.1; the tag is put before it where it is sent.
package struct Reply: Hashable, Sendable {
    package enum Condition: String, Sendable {
        case ok = "OK"
        case no = "NO"
        case bad = "BAD"
        /// Untagged alone, and then the connection ends.
        case bye = "BYE"
    }

    package let condition: Condition
    package var code: ResponseCode?
    package let text: String

    package static func ok(_ text: String, _ code: ResponseCode? = nil) -> Reply { Reply(condition: .ok, code: code, text: text) }
    package static func no(_ text: String, _ code: ResponseCode? = nil) -> Reply { Reply(condition: .no, code: code, text: text) }
    package static func bye(_ text: String, _ code: ResponseCode? = nil) -> Reply {
        Reply(condition: .bye, code: code, text: text)
    }
    package static func bad(_ text: String, _ code: ResponseCode? = nil) -> Reply {
        Reply(condition: .bad, code: code, text: text)
    }
}

extension ByteBuffer {
    /// `tag SP resp-cond-state CRLF`.
    mutating func write(_ reply: Reply, tag: ByteBuffer) {
        writeImmutableBuffer(tag)
        writeInteger(UInt8.space)
        writeString(reply.condition.rawValue)
        writeInteger(UInt8.space)
        if let code = reply.code {
            write(code)
            writeInteger(UInt8.space)
        }
        writeString(reply.text)
        writeLineEnd()
    }

    /// `"*" SP resp-cond-state CRLF`.
    mutating func write(untagged reply: Reply) { write(reply, tag: Self.asterisk) }

    private static let asterisk = ByteBuffer(string: "*")
}
