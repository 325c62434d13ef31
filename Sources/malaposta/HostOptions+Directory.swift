import ArgumentParser
import Directory
import FoundationEssentials
import Logging

extension HostOptions {
    /// The generation in force on this host.
    func generation() async throws -> Generation {
        try await CurrentGeneration(folder: GenerationFolder(data + "/generations"), logger: Logger(label: "malaposta")).value
    }

    /// The account with an address, or all accounts of the host.
    func accounts(named name: String?) async throws -> [DirectoryAccount] {
        let generation = try await generation()
        guard let name else {
            var all: [DirectoryAccount] = []
            for tenant in try await generation.tenants() { all += try await generation.accounts(of: tenant.id) }
            return all
        }
        guard let account = try await generation.account(named: name) else {
            throw ValidationError("No account has the address \(name); 'malaposta user list' shows those that there are.")
        }
        return [account]
    }
}

/// Prints a value as JSON with keys in a fixed order.
func printJSON(_ value: some Encodable) throws { print(try shownJSON(value)) }

func shownJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
