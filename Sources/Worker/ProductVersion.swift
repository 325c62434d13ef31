/// The product that these programs are.
package enum Product {
    /// The version of all three programs; they are installed together.
    package static let version = "0.1.0"
}
