package import Mail

/// The whole of /etc/malaposta, read, checked and typed: what a generation is compiled from.
///
/// A tree exists only where nothing in the files is wrong, so whoever holds one may rely on all rules of
/// `ConfigurationReading`: each reference names something, each address is declared once, no loops, no limit exceeded.
package struct ConfigurationTree: Sendable, Codable, Equatable {
    package var host: HostConfiguration
    /// In the order of their ids.
    package var tenants: [TenantConfiguration]

    package init(host: HostConfiguration, tenants: [TenantConfiguration]) {
        self.host = host
        self.tenants = tenants
    }

    package func tenant(_ id: TenantID) -> TenantConfiguration? { tenants.first { $0.id == id } }

    /// Clears every position, so that `==` compares what the files mean and not where it is written.
    package mutating func forgetPositions() {
        host.forgetPositions()
        for index in tenants.indices { tenants[index].forgetPositions() }
    }
}
