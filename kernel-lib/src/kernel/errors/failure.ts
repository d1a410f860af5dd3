/** Why a cell failed, as the protocol reports it. */
export interface Failure {
  ename: string;
  evalue: string;
  /** Lines of text, with ANSI colours. */
  traceback: string[];
}
