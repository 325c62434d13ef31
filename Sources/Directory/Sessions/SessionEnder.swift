internal import ServiceLifecycle

/// Ends sessions that a new generation no longer allows, as soon as it is in force.
package struct SessionEnder: Service {
    private let generation: CurrentGeneration
    private let sessions: SessionRegistry

    package init(generation: CurrentGeneration, sessions: SessionRegistry) {
        self.generation = generation
        self.sessions = sessions
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await fresh in generation.changes { try? await sessions.endInactive(in: fresh) }
        }
    }
}
