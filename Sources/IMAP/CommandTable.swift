internal import NIOCore
package import Wire

/// Every command, RFC 9051 §6 and extensions. Another one is an entry here and a file under Commands.
package enum CommandTable {
    package static let commands: [Keyword: CommandRule] = [
        "CAPABILITY": CommandRule(.any, .capability),  // RFC 9051 §6.1.1
        "NOOP": CommandRule(.any, .noop),  // §6.1.2
        "LOGOUT": CommandRule(.any, .logout),  // §6.1.3
        "ID": CommandRule(.any) { reader throws(SyntaxError) in  // RFC 2971
            try reader.space()
            return .id(try reader.identification())
        },
        "STARTTLS": CommandRule(.notAuthenticated, .startTLS),  // §6.2.1
        "AUTHENTICATE": CommandRule(.notAuthenticated) { reader throws(SyntaxError) in  // §6.2.2
            try reader.space()
            let mechanism = try reader.word(or: .atom)
            let initial = reader.take(.space) ? reader.run(of: .visible) : nil
            return .authenticate(mechanism: mechanism, initial: initial)
        },
        "LOGIN": CommandRule(.notAuthenticated) { reader throws(SyntaxError) in  // §6.2.3
            try reader.space()
            let name = try reader.astring()
            try reader.space()
            return .login(name: name, password: try reader.astring())
        },
        "ENABLE": CommandRule(.authenticated) { reader throws(SyntaxError) in  // §6.3.1
            var names: [Keyword] = []
            repeat {
                try reader.space()
                names.append(try reader.word(or: .atom))
            } while !reader.isAtEnd
            return .enable(names)
        },
        "SELECT": select(readOnly: false),  // §6.3.2
        "EXAMINE": select(readOnly: true),  // §6.3.3
        "CREATE": CommandRule(.authenticated) { reader throws(SyntaxError) in  // §6.3.4, RFC 6154 §3
            let mailbox = try argument(&reader)
            return .create(mailbox, asksForUse: reader.take(.space) ? try reader.createParameters() : false)
        },
        "DELETE": named { .delete($0) },  // §6.3.5
        "RENAME": CommandRule(.authenticated) { reader throws(SyntaxError) in  // §6.3.6
            let old = try argument(&reader)
            return .rename(old, to: try argument(&reader))
        },
        "SUBSCRIBE": named { .subscribe($0) },  // §6.3.7
        "UNSUBSCRIBE": named { .unsubscribe($0) },  // §6.3.8
        "LIST": CommandRule(.authenticated) { reader throws(SyntaxError) in  // §6.3.9
            try reader.space()
            return .list(try reader.listRequest())
        },
        "LSUB": CommandRule(.authenticated) { reader throws(SyntaxError) in  // RFC 3501 §6.3.9
            try reader.space()
            let reference = try reader.listReference()
            try reader.space()
            return .subscriptions(reference: reference, try reader.listPattern())
        },
        "NAMESPACE": CommandRule(.authenticated, .namespace),  // §6.3.10
        "STATUS": CommandRule(.authenticated) { reader throws(SyntaxError) in  // §6.3.11
            let mailbox = try argument(&reader)
            try reader.space()
            return .status(mailbox, try reader.statusItems())
        },
        "APPEND": CommandRule(.authenticated) { reader throws(SyntaxError) in  // §6.3.12
            try reader.space()
            return .append(try reader.appendRequest())
        },
        "IDLE": CommandRule(.authenticated, .idle),  // §6.3.13
        "CHECK": CommandRule(.selected, .check),  // RFC 3501 §6.4.1
        "CLOSE": CommandRule(.selected, .close),  // §6.4.1
        "UNSELECT": CommandRule(.selected, .unselect),  // §6.4.2
        "EXPUNGE": CommandRule(.selected, .expunge(uids: nil)),  // §6.4.3
        "SEARCH": search(byUID: false), "FETCH": fetch(byUID: false), "STORE": store(byUID: false),
        "COPY": copy(byUID: false), "MOVE": move(byUID: false),
    ]

    /// What may stand behind `UID`, RFC 9051 §6.4.9.
    package static let uidCommands: [Keyword: CommandRule] = [
        "EXPUNGE": CommandRule(.selected) { reader throws(SyntaxError) in  // RFC 4315 §2.1
            try reader.space()
            return .expunge(uids: try reader.sequenceSet())
        },
        "SEARCH": search(byUID: true), "FETCH": fetch(byUID: true), "STORE": store(byUID: true),
        "COPY": copy(byUID: true), "MOVE": move(byUID: true),
    ]

    private static func argument(_ reader: inout CommandReader) throws(SyntaxError) -> MailboxName {
        try reader.space()
        return try reader.mailboxName()
    }

    private static func named(_ command: @escaping @Sendable (MailboxName) -> Command) -> CommandRule {
        CommandRule(.authenticated) { reader throws(SyntaxError) in command(try argument(&reader)) }
    }

    private static func select(readOnly: Bool) -> CommandRule {
        CommandRule(.authenticated) { reader throws(SyntaxError) in
            let mailbox = try argument(&reader)
            guard reader.take(.space) else { return .select(mailbox, readOnly: readOnly, usesModSequences: false) }
            _ = try reader.list { reader throws(SyntaxError) in  // RFC 7162 §3.1.8
                guard reader.take("CONDSTORE" as Keyword) else { throw reader.failure(.modifier) }
            }
            return .select(mailbox, readOnly: readOnly, usesModSequences: true)
        }
    }

    private static func set(_ reader: inout CommandReader) throws(SyntaxError) -> SequenceSet {
        try reader.space()
        return try reader.sequenceSet()
    }

    private static func search(byUID: Bool) -> CommandRule {  // RFC 9051 §6.4.4
        CommandRule(.selected, byUID ? .told : .kept) { reader throws(SyntaxError) in
            try reader.space()
            return .search(try reader.searchRequest(), byUID: byUID)
        }
    }

    private static func fetch(byUID: Bool) -> CommandRule {  // RFC 9051 §6.4.5
        CommandRule(.selected, byUID ? .told : .kept) { reader throws(SyntaxError) in
            let messages = try set(&reader)
            try reader.space()
            return .fetch(messages, try reader.fetchRequest(), byUID: byUID)
        }
    }

    private static func store(byUID: Bool) -> CommandRule {  // RFC 9051 §6.4.6
        CommandRule(.selected, byUID ? .told : .kept) { reader throws(SyntaxError) in
            let messages = try set(&reader)
            try reader.space()
            return .store(messages, try reader.storeRequest(), byUID: byUID)
        }
    }

    private static func copy(byUID: Bool) -> CommandRule {  // RFC 9051 §6.4.7
        CommandRule(.selected) { reader throws(SyntaxError) in
            let messages = try set(&reader)
            return .copy(messages, to: try argument(&reader), byUID: byUID)
        }
    }

    private static func move(byUID: Bool) -> CommandRule {  // RFC 9051 §6.4.8
        CommandRule(.selected) { reader throws(SyntaxError) in
            let messages = try set(&reader)
            return .move(messages, to: try argument(&reader), byUID: byUID)
        }
    }
}

extension CommandReader {
    /// The rule of the command at the cursor, which then stands before its arguments.
    package mutating func rule() throws(SyntaxError) -> CommandRule {
        let start = self
        guard let name = word() else { throw start.failure(.command) }
        guard name == "UID" else {
            guard let rule = CommandTable.commands[name] else { throw start.failure(.command) }
            return rule
        }
        try space()
        let second = self
        guard let name = word(), let rule = CommandTable.uidCommands[name] else { throw second.failure(.command) }
        return rule
    }
}
