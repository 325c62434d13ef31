internal import Directory
internal import Mail
internal import MailConfiguration

/// Who is who while files and directories are joined: of each only a number, an id, the main address and keys of names, some 150
/// octets altogether. Files' objects have the first numbers, and behind them one for all of the files' aliases.
struct JoinIndex {
    typealias Number = Int32

    private struct Object {
        var id = AccountID(0)
        /// Where the local part of the main address stands in `localParts`.
        var start: UInt32 = 0
        var domain: UInt16 = 0
        var directory: UInt16 = 0
        var length: UInt8 = 0
        var kind: DirectoryNames.Kind
    }

    private var objects: [Object] = []
    private var localParts: [UInt8] = []
    private var domains: [DomainName] = []
    private var directories: [String] = []
    private var numbers: [TextKey: Number] = [:]

    // MARK: Adding

    /// An object of which nothing more is known, unless `use` says so.
    ///
    /// - Returns: its number, which is the next one.
    @discardableResult
    mutating func append(_ kind: DirectoryNames.Kind, in directory: String = "") -> Number {
        var object = Object(kind: kind)
        object.directory = UInt16(Self.place(directory, in: &directories))
        objects.append(object)
        return Number(objects.count - 1)
    }

    /// - Parameter addresses: claimed for it already; the main one first.
    mutating func use(_ number: Number, id: AccountID? = nil, addresses: [Address]) {
        if let id { objects[Int(number)].id = id }
        guard let main = addresses.first else { return }
        objects[Int(number)].start = UInt32(localParts.count)
        localParts += main.localPart.utf8
        objects[Int(number)].length = UInt8(main.localPart.utf8.count)
        objects[Int(number)].domain = UInt16(Self.place(main.domain, in: &domains))
    }

    /// By what members and log-ins name it.
    mutating func name(_ number: Number, entry: String, logins: [String], in directory: String) {
        numbers[TextKey(.entry, entry, in: directory)] = number
        for login in logins {
            numbers[TextKey(.login, login, in: directory)] = number
            numbers[TextKey(.anyLogin, login)] = number
        }
    }

    mutating func claim(_ address: Address, for number: Number) { numbers[Self.key(address)] = number }

    /// A tenant has few domains and directories.
    private static func place<Value: Equatable>(_ value: Value, in values: inout [Value]) -> Int {
        if let place = values.firstIndex(of: value) { return place }
        values.append(value)
        return values.count - 1
    }

    private static func key(_ address: Address) -> TextKey {
        let folded = address.folded
        return TextKey(.address, folded.localPart, in: folded.domain.ascii)
    }

    // MARK: Asking

    func kind(_ number: Number) -> DirectoryNames.Kind { objects[Int(number)].kind }
    func id(_ number: Number) -> AccountID { objects[Int(number)].id }

    /// The main one; nil where it has none.
    func address(_ number: Number) -> Address? {
        let object = objects[Int(number)]
        guard object.length > 0 else { return nil }
        let octets = localParts[Int(object.start)..<(Int(object.start) + Int(object.length))]
        return try? Address(localPart: String(decoding: octets, as: UTF8.self), domain: domains[Int(object.domain)])
    }

    func hasAddress(_ number: Number) -> Bool { objects[Int(number)].length > 0 }
    func hasLogin(_ login: String) -> Bool { numbers[TextKey(.anyLogin, login)] != nil }

    /// Who has an address, aliases too.
    func owner(_ address: Address) -> Number? { numbers[Self.key(address)] }

    /// Who is meant; never an alias.
    func find(_ reference: MemberReference, in directory: String) -> Number? {
        switch reference {
        case .entry(let key): return numbers[TextKey(.entry, key, in: directory)]
        case .login(let login): return numbers[TextKey(.login, login, in: directory)]
        case .address(let text):
            guard let address = try? Address(text), let owner = owner(address), kind(owner) != .alias else { return nil }
            return owner
        }
    }
}
