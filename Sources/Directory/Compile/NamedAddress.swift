package import Mail

/// Somebody whom files name by an id: where mail reaches them, and how they are called.
package struct NamedAddress: Sendable, Hashable {
    package var address: Address
    package var name: String

    package init(address: Address, name: String) {
        self.address = address
        self.name = name
    }
}
