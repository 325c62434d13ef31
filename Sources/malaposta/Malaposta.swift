import ArgumentParser

/// The operator's command.
@main struct Malaposta: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "malaposta",
        abstract: "Hosts mail for many tenants, as told in files.",
        discussion: """
            Files under /etc/malaposta say what is wanted; 'check' reads them, 'plan' shows what they would change, 'apply' \
            makes it so, 'status' shows how the host is. Exit status: 0 fine or nothing to do, 1 errors, 2 changes pending, \
            3 refused by a brake.
            """,
        version: productVersion,
        subcommands: [
            CheckCommand.self, ConfigCommand.self, PlanCommand.self, ApplyCommand.self, GenerationsCommand.self,
            RollbackCommand.self, StatusCommand.self, UserCommand.self, QueueCommand.self, StoreCommand.self,
            DNSCommand.self, DKIMCommand.self,
            SuperviseCommand.self,
        ])
}

/// The version of all three programs.
let productVersion = "0.1.0"
