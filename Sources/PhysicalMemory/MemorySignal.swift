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
    /// A reservation was broken; `first` is its first page, `population` the number of pages that
    /// were populated.
    case reservationBroken(first: PageNumber, population: Int, cause: ReservationBreakCause)
    /// A queued reservation of the domain has room for a buffer. Only while
    /// ``PhysicalMemory/watchesReservations`` is set, and perhaps again for the same one.
    case reservationHasRoom(domain: Int)
    /// Detail: one attempt to find a target page in `domain` failed.
    case targetSearchFailed(domain: Int)
    /// Detail: the content of page `from` was moved to page `to`.
    case pageMoved(from: PageNumber, to: PageNumber)
    /// Detail: a page without valid content was freed by a relocation.
    case invalidPageFreed(page: PageNumber)
}

/// Why a reservation was broken (engine specification 4.7 and section 13, B6).
public enum ReservationBreakCause: Equatable, Sendable {
    /// A relocation needed a target page.
    case target
    /// Adjacent pages were asked for by somebody who may break reservations.
    case contiguous
    /// A single page was asked for and the free lists were empty.
    case shortage
    /// Its object goes away.
    case object
}

/// The counters of `vm.reserv` (engine specification 10.2 and section 13, B6), since the start.
public struct ReservationCounts: Equatable, Sendable {
    /// Reservations broken, for whatever reason.
    public var broken: Int64 = 0
    /// Broken ones whose pages were wanted: all but those of objects that went away.
    public var reclaimed: Int64 = 0
    /// Reservations that became empty and went back whole.
    public var freed: Int64 = 0
}
