//! Transformations of the plane (ISO 32000-2, 8.3.4).

/// `[a b c d e f]`: a point `(x, y)` goes to `(ax + cy + e, bx + dy + f)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix([f32; 6]);

impl Default for Matrix {
    fn default() -> Matrix {
        Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    }
}

impl Matrix {
    /// The matrix of six numbers; of fewer none, and so no change.
    pub(super) fn of(numbers: &[f32]) -> Matrix {
        numbers.first_chunk().map_or_else(Matrix::default, |numbers| Matrix(*numbers))
    }

    /// Moves by so much.
    pub(super) const fn shift(x: f32, y: f32) -> Matrix {
        Matrix([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this, then the other.
    pub(super) fn times(self, Matrix([a2, b2, c2, d2, e2, f2]): Matrix) -> Matrix {
        let Matrix([a, b, c, d, e, f]) = self;
        Matrix([a * a2 + b * c2, a * b2 + b * d2, c * a2 + d * c2, c * b2 + d * d2, e * a2 + f * c2 + e2, e * b2 + f * d2 + f2])
    }

    /// Where the origin goes.
    pub(super) const fn origin(self) -> (f32, f32) {
        (self.0[4], self.0[5])
    }

    /// Where the x axis points, and how tall a unit is across it.
    pub(super) fn direction(self) -> ((f32, f32), f32) {
        let [a, b, c, d, ..] = self.0;
        let length = a.hypot(b);
        let direction = if length > 0.0 && length.is_finite() { (a / length, b / length) } else { (1.0, 0.0) };
        (direction, c.hypot(d))
    }
}
