internal import Logging
internal import NIOCore
internal import Wire

/// CAPABILITY, LOGOUT, ID, ENABLE and NAMESPACE: what needs no mailbox.
extension Session {
    /// RFC 9051 §6.1.1.
    func capability() -> Reply {
        replies.writeString("* CAPABILITY \(capabilities)\r\n")
        return .ok("Done")
    }

    /// RFC 9051 §6.1.3.
    func logout() -> Reply {
        sayGoodbye("Goodbye")
        return .ok("Done")
    }

    /// RFC 2971. What the client says of itself goes to the log at debug level only: it is not known to be true.
    func identify(_ client: [String: String]) -> Reply {
        logger.debug("client identified itself", metadata: ["name": "\(client["name"] ?? "")"])
        replies.write("* ID (\"name\" \"Malaposta\")\r\n")
        return .ok("Done")
    }

    /// RFC 9051 §6.3.1: what is not known is passed over.
    func enable(_ names: [Keyword]) -> Reply {
        let known = CapabilityTable.canBeEnabled.filter { name in names.contains { $0.description == name } }
        if known.contains("CONDSTORE") { usesModSequences = true }
        replies.writeString("* ENABLED\(known.map { " " + $0 }.joined())\r\n")
        return .ok("Done")
    }

    /// RFC 2342: own folders at the root, those of shared mailboxes below `~`.
    func namespaces() -> Reply {
        replies.write("* NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")) NIL\r\n")
        return .ok("Done")
    }
}
