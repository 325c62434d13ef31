/// Stands for a text in a table of very many: 128 bits that nobody outside of this process can foresee. Two texts with one key do
/// not occur.
struct TextKey {
    /// What a text is; the same text as something else has another key.
    enum Space: UInt8 {
        /// Of somebody in the tenant; local part and domain.
        case address
        /// `DirectoryObject.key` in one directory.
        case entry
        /// Wherever it comes from.
        case login
    }

    let first: Int
    let second: Int

    init(first: Int, second: Int) {
        self.first = first
        self.second = second
    }

    init(_ space: Space, _ text: String, in place: String = "") {
        func half(_ number: UInt8) -> Int {
            // Each process hashes in another way, by a secret of 128 bits (SipHash).
            var hasher = Hasher()
            hasher.combine(number)
            hasher.combine(space)
            hasher.combine(text)
            hasher.combine(place)
            return hasher.finalize()
        }
        (first, second) = (half(0), half(1))
    }
}
