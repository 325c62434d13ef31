package import Mail

/// What sendmail(8)'s words ask for: those that cron, scripts and mail programs use, as Postfix and Exim read them.
package struct SendmailOrder: Sendable, Equatable {
    package enum Task: Sendable, Equatable {
        /// Takes a message from standard input.
        case send
        /// `-bp`, `mailq`: shows what waits.
        case queue
        /// `-bi`, `newaliases`: there is no table of aliases to make.
        case aliases
    }

    package var task = Task.send
    /// `-f`, `-r`: the envelope's sender as given, without a domain where it has none. Nil where it is the caller; empty is `<>`.
    package var sender: String?
    /// `-F`: the full name in a From field that the message lacks.
    package var fullName: String?
    /// `-t`: recipients also stand in To, Cc and Bcc.
    package var readsRecipients = false
    /// `-i`, `-oi`: a line with a dot alone does not end the message.
    package var ignoresDots = false
    /// `-N`; nil where the words say nothing of it.
    package var notify: DSNNotify?
    /// `-R full`.
    package var returnsFullMessage = false
    /// `-V`.
    package var envelopeID: String?
    /// As given.
    package var recipients: [String] = []

    /// Recipients in one order; the server has a limit of its own.
    package static let mostRecipients = 1_000

    /// - Parameters:
    ///   - program: as whom the program was called: `sendmail`, `mailq`, `newaliases`.
    ///   - words: behind its name.
    package init(program: String, words: [String]) throws(SendmailUsage) {
        if program == "mailq" { task = .queue }
        if program == "newaliases" { task = .aliases }
        var rest = words[...]
        while let word = rest.first, word.hasPrefix("-"), word != "-" {
            rest.removeFirst()
            if word == "--" { break }
            try read(option: word.dropFirst(), &rest)
        }
        recipients = Array(rest)
        guard recipients.count <= Self.mostRecipients else {
            throw SendmailUsage("more than \(Self.mostRecipients) recipients")
        }
    }

    private mutating func read(option: Substring, _ rest: inout ArraySlice<String>) throws(SendmailUsage) {
        guard let letter = option.first else { return }
        let attached = option.dropFirst()
        func value() throws(SendmailUsage) -> String {
            if !attached.isEmpty { return String(attached) }
            guard let next = rest.popFirst() else { throw SendmailUsage("-\(letter) wants a value behind it") }
            return next
        }
        switch letter {
        case "f", "r": sender = try value().trimming("<>")
        case "F": fullName = try value()
        case "t": readsRecipients = true
        case "i": ignoresDots = true
        case "b": try read(mode: value())
        case "o": if try value() == "i" { ignoresDots = true }
        case "N": notify = try Self.notify(value())
        case "R": returnsFullMessage = try value().lowercased() == "full"
        case "V": envelopeID = try value()
        // What tells other servers how to queue, where their files are, or how much to print, means nothing here.
        case "B", "C", "h", "L", "O", "p", "X", "A": _ = try value()
        case "q", "d", "n", "m", "v", "G", "U", "e", "s": break
        default: throw SendmailUsage("-\(option) is not known")
        }
    }

    private mutating func read(mode: String) throws(SendmailUsage) {
        switch mode {
        case "m", "a": task = .send
        case "p": task = .queue
        case "i": task = .aliases
        default: throw SendmailUsage("-b\(mode) is not offered; the server's doors are systemd's sockets")
        }
    }

    /// RFC 3461 §4.1.
    private static func notify(_ text: String) throws(SendmailUsage) -> DSNNotify {
        var notify = DSNNotify()
        for word in text.lowercased().split(separator: ",") {
            switch word {
            case "never": return .never
            case "success": notify.insert(.success)
            case "failure": notify.insert(.failure)
            case "delay": notify.insert(.delay)
            default: throw SendmailUsage("-N takes never, or success, failure and delay")
            }
        }
        return notify
    }
}

/// The words are not understood: exit status 64, EX_USAGE of sysexits.h.
package struct SendmailUsage: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

extension String {
    func trimming(_ characters: String) -> String {
        var text = self[...]
        while let first = text.first, characters.contains(first) { text = text.dropFirst() }
        while let last = text.last, characters.contains(last) { text = text.dropLast() }
        return String(text)
    }
}
