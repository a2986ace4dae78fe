#include "tests/generator/reducer.h"

namespace pgspan::test {
namespace {

class Reducer {
  public:
    Reducer(const std::function<bool(const Unit&)>& still_differs, int trials_max)
        : still_differs_(still_differs), trials_left_(trials_max) {}

    Unit Reduce(Unit unit) {
        bool smaller = true;
        while (smaller) smaller = DropSteps(&unit) || SimplifySteps(&unit);
        return unit;
    }

  private:
    bool Try(const Unit& unit) { return trials_left_-- > 0 && still_differs_(unit); }

    bool DropSteps(Unit* unit) {
        bool dropped = false;
        // BEGIN and COMMIT stay.
        const size_t edge = unit->transaction ? 1 : 0;
        for (size_t i = edge; i + edge < unit->steps.size() && unit->steps.size() > 1 + 2 * edge;) {
            Unit shorter = *unit;
            shorter.steps.erase(shorter.steps.begin() + static_cast<std::ptrdiff_t>(i));
            if (Try(shorter)) {
                *unit = std::move(shorter);
                dropped = true;
            } else {
                ++i;
            }
        }
        return dropped;
    }

    bool SimplifySteps(Unit* unit) {
        bool simplified = false;
        for (Syntax& step : unit->steps) {
            while (SimplifyStep(unit, &step)) simplified = true;
        }
        return simplified;
    }

    // The first simplification that keeps the difference.
    bool SimplifyStep(Unit* unit, Syntax* step) {
        const std::string before = Render(*step);
        for (Syntax& simpler : Simplifications(*step)) {
            // What is not shorter may lead in circles.
            if (Render(simpler).size() >= before.size()) continue;
            Syntax kept = std::exchange(*step, std::move(simpler));
            if (Try(*unit)) return true;
            *step = std::move(kept);
            if (trials_left_ <= 0) return false;
        }
        return false;
    }

    const std::function<bool(const Unit&)>& still_differs_;
    int trials_left_;
};

}  // namespace

Unit Reduce(const Unit& unit, const std::function<bool(const Unit&)>& still_differs,
            int trials_max) {
    return Reducer(still_differs, trials_max).Reduce(unit);
}

}  // namespace pgspan::test
