internal import Mail
internal import SQL

extension Account {
    func snapshot() throws(StoreError) { try perform { try $0.makeSnapshot() } }

    func check() throws(StoreError) -> [Finding] { try perform { try $0.check() } }

    func rebuild() throws(StoreError) -> RebuildReport { throw .unavailable(cause: "not there yet") }

    func removeAll() throws(StoreError) {}

    func upkeep() {}
}
