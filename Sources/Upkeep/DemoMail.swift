internal import FoundationEssentials
package import LocalSocket
package import Mail

/// The mail of the example host: a folder for each address, a file for each message.
package struct DemoMail: Sendable {
    private let folder: String

    package init(folder: String) { self.folder = folder }

    /// The addresses that there is mail for.
    package var addresses: [Address] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { try? Address($0) }.sorted()
    }

    /// The example users and their passwords, from `passwords.txt`.
    package var passwords: [(address: Address, password: String)] {
        guard let text = try? String(contentsOf: URL(filePath: "\(folder)/passwords.txt"), encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard !line.hasPrefix("#"), words.count == 2, let address = try? Address(String(words[0])) else { return nil }
            return (address, String(words[1]))
        }
    }

    /// The tags of an address, from its `tags.txt`: the tag, its colour in hexadecimal digits, and its title.
    private func tags(of address: Address) -> [(tag: Tag, color: String, title: String)] {
        let path = URL(filePath: "\(folder)/\(address)/tags.txt")
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let tag = Tag(String(words[0])) else { return nil }
            return (tag, String(words[1]), String(words[2]))
        }
    }

    /// Hands the messages of an address to the mail worker, in the order of their dates.
    ///
    /// - Throws: `LocalSocketError` where the worker refuses, or what reading a file throws.
    package func load(_ address: Address, into account: AccountID, now: Int64, by worker: LocalClient) async throws {
        let place = "\(folder)/\(address)"
        for tag in tags(of: address) {
            let question = DefineTagQuestion(account: account, tag: tag.tag, title: tag.title, color: tag.color)
            _ = try await worker.ask(question, within: .seconds(30))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: place).filter { $0.hasSuffix(".eml") }.sorted()
        let messages = try names.map { DemoMessage(try Data(contentsOf: URL(filePath: "\(place)/\($0)")), now: now) }
        for message in messages.sorted(by: { $0.date < $1.date }) {
            let question = ImportMessageQuestion(
                account: account, folder: message.folder, octets: message.octets, flags: message.flags, tags: message.tags,
                internalDate: message.date)
            _ = try await worker.ask(question, within: .seconds(30))
        }
    }
}
