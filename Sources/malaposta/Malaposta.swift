import ArgumentParser
import Glibc
import Worker

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
        version: Product.version,
        subcommands: [
            CheckCommand.self, ConfigCommand.self, PlanCommand.self, ApplyCommand.self, GenerationsCommand.self,
            RollbackCommand.self, StatusCommand.self, DoctorCommand.self, ExplainCommand.self, TenantCommand.self,
            UserCommand.self, QueueCommand.self, StoreCommand.self, BackupCommand.self, RestoreCommand.self,
            LDAPCommand.self, DNSCommand.self, DKIMCommand.self, SetupCommand.self, SuperviseCommand.self,
            ControlCommand.self, SocketsCommand.self,
        ])

    static func main() async {
        let words = CommandLine.arguments
        if let sendmail = SendmailCommand.named(words[0]) { Glibc.exit(await sendmail.run(Array(words.dropFirst()))) }
        await main(nil)
    }
}
