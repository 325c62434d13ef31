import Foundation
import Glibc
import Mail
import MailConfiguration
import Testing

@Suite("Folders as they may be found on a disk") struct FolderTests {
    private func findings(_ folder: URL) -> [String] {
        ConfigurationTree.read(from: folder.path).diagnostics.map(\.description)
    }

    @Test func readsTheBaseTree() throws {
        try TestTrees.inFolder { folder in
            let reading = ConfigurationReading(folder: folder.path + "/")
            #expect(reading.diagnostics.isEmpty)
            #expect(reading.files == TestTrees.base)
            #expect(reading.tree == ConfigurationTree.read(TestTrees.base).tree)
        }
    }

    @Test func missingFolder() {
        let read = ConfigurationTree.read(from: "/nowhere/at/all")
        #expect(read.tree == nil)
        #expect(read.diagnostics.map(\.description) == ["/nowhere/at/all: error[missing-file]: this folder is not there"])
    }

    @Test func fileInsteadOfFolder() throws {
        try TestTrees.inFolder { folder in
            let found = findings(folder.appending(path: "malaposta.yaml"))
            #expect(found.count == 1 && found[0].hasSuffix("error[not-a-folder]: this folder is not a folder"))
        }
    }

    @Test func ignoresWhatIsNotYAML() throws {
        try TestTrees.inFolder { folder in
            for name in ["README", "malaposta.yaml~", ".malaposta.yaml.swp", "tenants/notes.txt", "tenants/acme/.accounts.yaml"] {
                try Data("x".utf8).write(to: folder.appending(path: name))
            }
            try FileManager.default.createDirectory(
                at: folder.appending(path: "tenants/.git"), withIntermediateDirectories: true)
            #expect(findings(folder) == [])
        }
    }

    @Test func loopOfLinks() throws {
        try TestTrees.inFolder { folder in
            let file = folder.appending(path: "tenants/acme/accounts.yaml")
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "accounts.yaml")
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "tenants/loop").path, withDestinationPath: "loop")
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "tenants/acme/domains/up.example.yaml").path, withDestinationPath: "..")
            #expect(
                findings(folder) == [
                    "tenants/acme/accounts.yaml: error[symlink-loop]: this file is a loop of symbolic links",
                    "tenants/acme/domains/up.example.yaml: error[not-a-file]: this file is a folder, not a file",
                    "tenants/loop: error[symlink-loop]: this file is a loop of symbolic links",
                ])
        }
    }

    @Test func followsLinks() throws {
        try TestTrees.inFolder { folder in
            try FileManager.default.moveItem(
                at: folder.appending(path: "malaposta.yaml"), to: folder.appending(path: "the-host"))
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "malaposta.yaml").path, withDestinationPath: "the-host")
            #expect(findings(folder) == [])
        }
    }

    @Test func folderAndPipeInsteadOfFiles() throws {
        try TestTrees.inFolder { folder in
            let host = folder.appending(path: "malaposta.yaml")
            try FileManager.default.removeItem(at: host)
            try FileManager.default.createDirectory(at: host, withIntermediateDirectories: true)
            let tenant = folder.appending(path: "tenants/acme/tenant.yaml")
            try FileManager.default.removeItem(at: tenant)
            let made = unsafe mkfifo(tenant.path, 0o600)
            #expect(made == 0)
            #expect(
                findings(folder) == [
                    "malaposta.yaml: error[not-a-file]: this file is a folder, not a file",
                    "tenants/acme/tenant.yaml: error[not-a-file]: this file is a device, pipe or socket, not a file",
                ])
        }
    }

    @Test func hugeFile() throws {
        try TestTrees.inFolder { folder in
            let limit = ConfigurationLimits.fileSize.octets
            let host = folder.appending(path: "malaposta.yaml")
            var text = try Data(contentsOf: host)
            text.append(Data(repeating: UInt8(ascii: "#"), count: limit - text.count))
            try text.write(to: host)
            #expect(findings(folder) == [])
            text.append(UInt8(ascii: "#"))
            try text.write(to: host)
            #expect(
                findings(folder) == [
                    "malaposta.yaml: error[file-too-large]: this file has more than 4 MB, the limit of a configuration file"
                ])
        }
    }

    @Test func foldersWithoutTenant() throws {
        try TestTrees.inFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "tenants/empty"), withIntermediateDirectories: true)
            try FileManager.default.removeItem(at: folder.appending(path: "tenants/casa/domains"))
            try Data().write(to: folder.appending(path: "tenants/casa/domains"))
            let found = ConfigurationTree.read(from: folder.path).diagnostics
            #expect(found.map(\.code) == ["foreign-domain", "not-a-folder", "missing-file"])
            #expect(found.last?.position.file == "tenants/empty/tenant.yaml")
        }
    }

    @Test(arguments: [(0o600, true), (0o400, true), (0o640, true), (0o604, false), (0o620, false)])
    func modesOfSecrets(mode: Int, isFine: Bool) throws {
        try TestTrees.inFolder { folder in
            let secret = folder.appending(path: "tenants/casa/joana.hash")
            let hash = "$y$j9T$haCARbDa/LfxyAVf5Qo13/$emAsWeHe9K57PIbOU4Eu/7cQngt0mdodBm5LZoRfu88"
            try Data("\(hash)\n".utf8).write(to: secret)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: secret.path)
            let accounts = folder.appending(path: "tenants/casa/accounts.yaml")
            let text = try String(contentsOf: accounts, encoding: .utf8)
            try Data(text.replacing("name: Joana", with: "name: Joana, password_hash_file: joana.hash").utf8).write(to: accounts)
            let reading = ConfigurationReading(folder: folder.path)
            #expect(reading.diagnostics.map(\.code) == (isFine ? [] : ["insecure-file"]))
            #expect(reading.tree?.tenants.last?.users.first?.passwordHash == (isFine ? hash : nil))
            #expect(!isFine || ConfigurationTree.read(reading.files).tree == reading.tree)
        }
    }

    @Test(arguments: [(0o600, true), (0o640, true), (0o644, false), (0o660, false)])
    func modesOfKeys(mode: Int, isFine: Bool) throws {
        try TestTrees.inFolder { folder in
            for name in ["host.pem", "host.key"] { try Data("x".utf8).write(to: folder.appending(path: name)) }
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: folder.appending(path: "host.key").path)
            let host = folder.appending(path: "malaposta.yaml")
            let text = try String(contentsOf: host, encoding: .utf8)
            let tls = "tls: { certificates: [{ certificate_file: host.pem, key_file: host.key }] }"
            try Data(text.replacing("tls: { self_signed: true }", with: tls).utf8).write(to: host)
            #expect(ConfigurationTree.read(from: folder.path).diagnostics.map(\.code) == (isFine ? [] : ["insecure-file"]))
        }
    }
}
