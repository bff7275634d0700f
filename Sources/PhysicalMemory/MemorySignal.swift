/// Something a change of memory caused that other actors of the model react to.
///
/// Signals collect in ``PhysicalMemory/signals`` in the order they happened.
public enum MemorySignal: Equatable, Sendable {
    /// The domain fell below `min` and entered the min set.
    case minSetEntered(domain: Int)
    /// The domain reached `min` again and left the min set.
    case minSetLeft(domain: Int)
    /// The domain fell below `severe` and entered the severe set.
    case severeSetEntered(domain: Int)
    /// The domain reached `severe` again and left the severe set.
    case severeSetLeft(domain: Int)
    /// The free count crossed the wakeup threshold downward: the page daemon is called.
    case pageDaemonWakeup(domain: Int)
    /// A page daemon that waited for pages was woken.
    case waitingPageDaemonWoken(domain: Int)
    /// All threads that waited for the min set were woken, on every domain.
    case minWaitersWoken(count: Int)
    /// All threads that waited for the severe set were woken, on every domain.
    case severeWaitersWoken(count: Int)
    /// A reservation was broken; `first` is its first page.
    case reservationBroken(first: PageNumber)
    /// Detail: one attempt to find a target page in `domain` failed.
    case targetSearchFailed(domain: Int)
    /// Detail: the content of page `from` was moved to page `to`.
    case pageMoved(from: PageNumber, to: PageNumber)
    /// Detail: a page without valid content was freed by a relocation.
    case invalidPageFreed(page: PageNumber)
}
