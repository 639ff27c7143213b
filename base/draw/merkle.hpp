#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/draw/digest.hpp"

namespace fairrush {

/// Hash of a leaf: SHA-256(0x00 ‖ data), RFC 9162 §2.1.1.
Digest merkle_leaf(ByteView data);

/// A Merkle tree over leaf hashes as in RFC 9162 §2.1; keeps every level, 64 bytes a leaf.
class MerkleTree {
 public:
  explicit MerkleTree(std::vector<Digest> leaves);

  /// The root; of an empty tree SHA-256 of nothing.
  Digest root() const;

  /// The inclusion proof of leaf `index` (0-based, < number of leaves), from the leaf upwards.
  std::vector<Digest> proof(std::size_t index) const;

 private:
  std::vector<std::vector<Digest>> levels_;
};

/// One claim that a leaf stands at a place in a tree.
struct InclusionClaim {
  Digest leaf{};
  std::uint64_t index = 0;  ///< 0-based
  std::uint64_t size = 0;   ///< leaves in the tree
  std::vector<Digest> path;
};

/// Whether the claim leads to `root` (RFC 9162 §2.1.3.2). Never fails otherwise: a path of the
/// wrong length is simply false.
bool verify_inclusion(const InclusionClaim& claim, const Digest& root);

}  // namespace fairrush
