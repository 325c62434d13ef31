internal import Mail

extension ValueForm where Value == String {
    /// One line of text for people, such as a display name.
    static func line(_ wanted: String = "a text", longest: Int = 200) -> ValueForm {
        .scalar(
            wanted, schema: .object(["type": "string", "minLength": 1, "maxLength": .integer(longest)]),
            show: { .string($0) },
            parse: { text throws(Misfit) in
                guard text.contains(where: { !$0.isWhitespace }) else { throw Misfit(reason: "holds nothing") }
                guard text.unicodeScalars.count <= longest else {
                    throw Misfit(reason: "has more than \(longest) characters")
                }
                guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }) else {
                    throw Misfit(reason: "holds a line break or control character")
                }
                return text
            })
    }

    /// A path on this machine, absolute or relative to the configuration folder.
    static var path: ValueForm {
        .scalar(
            "the path of a file", schema: .object(["type": "string", "minLength": 1, "maxLength": 1024]), show: { .string($0) },
            parse: { text throws(Misfit) in
                guard !text.isEmpty else { throw Misfit(reason: "is no path") }
                guard text.utf8.count <= 1024 else { throw Misfit(reason: "has more than 1024 octets") }
                guard text.utf8.allSatisfy({ $0 >= 0x20 }) else { throw Misfit(reason: "holds a control character") }
                return text
            })
    }

    /// A folder named from the root.
    static var absolutePath: ValueForm {
        .scalar(
            "an absolute path", schema: .object(["type": "string", "pattern": "^/", "maxLength": 1024]), show: { .string($0) },
            parse: { text throws(Misfit) in
                guard text.hasPrefix("/") else { throw Misfit(reason: "does not begin with /") }
                guard text.utf8.count <= 1024 else { throw Misfit(reason: "has more than 1024 octets") }
                guard text.utf8.allSatisfy({ $0 >= 0x20 }) else { throw Misfit(reason: "holds a control character") }
                return text
            })
    }

    /// The name of a listener: what a descriptor can be called (sd_listen_fds_with_names(3)) and a unit file can hold.
    static var listenerName: ValueForm {
        .scalar(
            "a name of lower-case letters, digits and hyphens",
            schema: .object(["type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"]), show: { .string($0) },
            parse: { text throws(Misfit) in
                let isName = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d }
                guard isName, (1...63).contains(text.utf8.count), text.utf8.first != 0x2d else {
                    throw Misfit(reason: "is not one")
                }
                return text
            })
    }

    /// A crypt(3) hash. It never shows in a message.
    static var passwordHash: ValueForm {
        .scalar(
            "a crypt(3) hash as mkpasswd makes it", schema: .object(["type": "string", "pattern": "^\\$(y|gy|7|2[aby]|6|5)\\$"]),
            show: { _ in .string("(hidden)") }, hidesValue: true, parse: { text throws(Misfit) in try PasswordHash.checked(text) }
        )
    }
}

/// The forms of crypt(3) that are taken.
enum PasswordHash {
    /// yescrypt, gost-yescrypt, scrypt, bcrypt, SHA-512 and SHA-256 (crypt(5)).
    private static let taken = ["$y$", "$gy$", "$7$", "$2a$", "$2b$", "$2y$", "$6$", "$5$"]

    static func checked(_ text: String) throws(Misfit) -> String {
        guard text.hasPrefix("$") else { throw Misfit(reason: "is not one; make one with: mkpasswd -m yescrypt") }
        guard taken.contains(where: { text.hasPrefix($0) }) else {
            throw Misfit(reason: "is of a kind that is too weak or unknown; make one with: mkpasswd -m yescrypt")
        }
        let isWhole = text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x3a && $0 != 0x2a && $0 != 0x21 }
        guard isWhole, (20...384).contains(text.utf8.count), text.split(separator: "$").count >= 3 else {
            throw Misfit(reason: "is not a whole one; make one with: mkpasswd -m yescrypt")
        }
        return text
    }
}
