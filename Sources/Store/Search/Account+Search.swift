package import Mail

extension Account {
    package func search(_ query: MessageQuery, in folder: FolderID) throws(StoreError) -> [UID] {
        throw .unavailable(cause: "not there yet")
    }
    package func find(_ text: String, in scope: FindScope = .everywhere, order: FindOrder = .date, limit: Int = 200)
        throws(StoreError) -> [MessageListing]
    { throw .unavailable(cause: "not there yet") }
}
